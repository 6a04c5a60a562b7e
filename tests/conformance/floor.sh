#!/usr/bin/env bash
# The figures against the test cases of others do not fall; skipped where those are not beside the repository.
exec node tests/conformance/run.mjs --floor
