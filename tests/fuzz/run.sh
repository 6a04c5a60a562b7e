#!/usr/bin/env bash
# Every fuzz target given, for SECONDS_EACH seconds (5), on what it found before and the kept corpus. TAP, a line a target.
set -u
seconds=${SECONDS_EACH:-5}
targets=(build/fuzz/tests/fuzz/fuzz_*)
[ -x "${targets[0]}" ] || { echo "1..0 # SKIP the fuzz targets are not built"; exit 0; }
list=()
for t in "${targets[@]}"; do case $t in *.o | *.d) ;; *) list+=("$t") ;; esac; done
echo "1..${#list[@]}"
n=0
failed=0
for t in "${list[@]}"; do
    n=$((n + 1))
    name=${t##*/fuzz_}
    mkdir -p "build/corpus/$name"
    kept=()
    [ "$name" = mvt ] && [ -d node_modules/@mapbox/mvt-fixtures/fixtures ] && kept=(node_modules/@mapbox/mvt-fixtures/fixtures)
    [ -d "tests/fuzz/corpus/$name" ] && kept=("tests/fuzz/corpus/$name")
    if "$t" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=4096 -artifact_prefix="build/corpus/$name-" -verbosity=0 \
        "build/corpus/$name" "${kept[@]}" > "build/corpus/$name.log" 2>&1; then
        echo "ok $n - fuzz $name"
    else
        echo "not ok $n - fuzz $name"
        grep -m 12 -E 'ERROR|SUMMARY|must|runtime error|Test unit' "build/corpus/$name.log" | sed 's/^/# /'
        failed=1
    fi
done
exit $failed
