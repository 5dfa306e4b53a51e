#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* SHA-256 by the processor's own instructions, where it has them: the SHA extensions of x86-64.

   Source: FIPS 180-4; Intel, "Intel SHA Extensions" (2013). */

/* Whether csha256_hash works on this processor. Any thread may ask, at any time. */
bool csha256_is_available(void);

/* Writes the digest of `count` bytes (fewer than 2^61) to the 32 bytes at `digest`. `data` may be null when `count` is 0.
   Returns false, with nothing written, where csha256_is_available says no: the caller then needs another implementation. */
bool csha256_hash(const uint8_t *data, size_t count, uint8_t *digest);
