/* What forms gain from script: the work that keeps machines away is done while somebody types (server/challenge.h). */
"use strict";
(() => {
  const K = new Uint32Array(64), H0 = new Uint32Array(8);
  /* Fractions of the roots of the first primes (FIPS 180-4, 4.2.2 and 5.3.3). */
  for (let n = 2, i = 0; i < 64; n++) {
    let prime = true;
    for (let d = 2; d * d <= n && prime; d++) prime = n % d !== 0;
    if (!prime) continue;
    if (i < 8) H0[i] = (Math.sqrt(n) % 1) * 0x100000000;
    K[i++] = (Math.cbrt(n) % 1) * 0x100000000;
  }
  const W = new Uint32Array(64), turn = (x, n) => (x >>> n) | (x << (32 - n));

  /* SHA-256 of an ASCII text under two blocks; the first two words are enough for us. */
  function firstWords(text, block) {
    const n = text.length, blocks = (n + 9 + 63) >> 6;
    block.fill(0);
    for (let i = 0; i < n; i++) block[i >> 2] |= text.charCodeAt(i) << (24 - 8 * (i & 3));
    block[n >> 2] |= 0x80 << (24 - 8 * (n & 3));
    block[blocks * 16 - 1] = n * 8;
    const h = Uint32Array.from(H0);
    for (let b = 0; b < blocks; b++) {
      for (let i = 0; i < 16; i++) W[i] = block[b * 16 + i];
      for (let i = 16; i < 64; i++) {
        const s0 = turn(W[i - 15], 7) ^ turn(W[i - 15], 18) ^ (W[i - 15] >>> 3);
        const s1 = turn(W[i - 2], 17) ^ turn(W[i - 2], 19) ^ (W[i - 2] >>> 10);
        W[i] = W[i - 16] + s0 + W[i - 7] + s1;
      }
      let [a, bb, c, d, e, f, g, hh] = h;
      for (let i = 0; i < 64; i++) {
        const t1 = (hh + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + W[i]) | 0;
        const t2 = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & bb) ^ (a & c) ^ (bb & c))) | 0;
        hh = g; g = f; f = e; e = (d + t1) | 0; d = c; c = bb; bb = a; a = (t1 + t2) | 0;
      }
      h[0] += a; h[1] += bb; h[2] += c; h[3] += d; h[4] += e; h[5] += f; h[6] += g; h[7] += hh;
    }
    return h;
  }

  function zeroBits(h) {
    return h[0] ? Math.clz32(h[0]) : 32 + Math.clz32(h[1]);
  }

  /* In slices, so that typing stays smooth. */
  function solve(input) {
    const challenge = input.form.elements.challenge.value, bits = Number(input.dataset.bits), block = new Uint32Array(64);
    let number = 0;
    let waiting = null; /* the button that was pressed before the work was done: a password manager is faster than it */
    input.form.addEventListener("submit", (event) => {
      if (input.value !== "" || !event.submitter || event.submitter.type === "image") return;
      event.preventDefault();
      waiting = event.submitter;
    });
    const slice = () => {
      const until = performance.now() + 12;
      do {
        if (zeroBits(firstWords(challenge + ":" + number, block)) >= bits) {
          input.value = String(number);
          if (waiting) input.form.requestSubmit(waiting);
          return;
        }
        number++;
      } while (performance.now() < until);
      setTimeout(slice, 4);
    };
    slice();
  }
  document.querySelectorAll("input[name=answer][data-bits]").forEach(solve);
})();
