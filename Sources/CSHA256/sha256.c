#include "CSHA256.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>
#include <stdatomic.h>
#include <string.h>

/* What the functions below may use although the compiler was not told to expect it everywhere. */
#define WITH_SHA __attribute__((target("sha,sse4.1,ssse3")))

enum { UNKNOWN, ABSENT, PRESENT };

static int detect(void) {
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d)) return ABSENT;
    int has_ssse3 = (c >> 9) & 1, has_sse41 = (c >> 19) & 1;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return ABSENT;
    int has_sha = (b >> 29) & 1;
    /* The 128-bit registers need no support from the system beyond what x86-64 promises. */
    return has_ssse3 && has_sse41 && has_sha ? PRESENT : ABSENT;
}

bool csha256_is_available(void) {
    /* Threads that ask at the same time for the first time all find the same. */
    static atomic_int known = UNKNOWN;
    int answer = atomic_load_explicit(&known, memory_order_relaxed);
    if (answer == UNKNOWN) {
        answer = detect();
        atomic_store_explicit(&known, answer, memory_order_relaxed);
    }
    return answer == PRESENT;
}

/* FIPS 180-4 §4.2.2. */
static const uint32_t round_constants[64] __attribute__((aligned(16))) = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

/* The eight words of the state, in the order that the instructions want: A B E F and C D G H, the first in the highest lane. */
typedef struct {
    __m128i abef, cdgh;
} state_t;

/* FIPS 180-4 §6.2.2 over whole blocks of 64 bytes. */
WITH_SHA static inline state_t compress(state_t state, const uint8_t *data, size_t blocks) {
    const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0bULL, 0x0405060700010203ULL);
    for (; blocks > 0; blocks--, data += 64) {
        state_t next = state;
        /* The last sixteen words of the message schedule, four to a register. */
        __m128i words[4];
        for (int i = 0; i < 4; i++) words[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(data + 16 * i)), big_endian);
        /* Sixteen turns of four rounds each. */
#pragma clang loop unroll(full)
        for (int turn = 0; turn < 16; turn++) {
            __m128i now = words[turn & 3];
            __m128i sum = _mm_add_epi32(now, _mm_load_si128((const __m128i *)(round_constants + 4 * turn)));
            /* Each instruction does two rounds and gives the half of the state that is not moved along. */
            next.cdgh = _mm_sha256rnds2_epu32(next.cdgh, next.abef, sum);
            next.abef = _mm_sha256rnds2_epu32(next.abef, next.cdgh, _mm_shuffle_epi32(sum, 0x0E));
            if (turn < 12) {
                __m128i w1 = words[(turn + 1) & 3], w2 = words[(turn + 2) & 3], w3 = words[(turn + 3) & 3];
                __m128i made = _mm_add_epi32(_mm_sha256msg1_epu32(now, w1), _mm_alignr_epi8(w3, w2, 4));
                words[turn & 3] = _mm_sha256msg2_epu32(made, w3);
            }
        }
        state.abef = _mm_add_epi32(state.abef, next.abef);
        state.cdgh = _mm_add_epi32(state.cdgh, next.cdgh);
    }
    return state;
}

WITH_SHA static void hash(const uint8_t *data, size_t count, uint8_t *digest) {
    /* FIPS 180-4 §5.3.3. */
    state_t state = {
        _mm_set_epi32(0x6a09e667, (int)0xbb67ae85, 0x510e527f, (int)0x9b05688c),
        _mm_set_epi32(0x3c6ef372, (int)0xa54ff53a, 0x1f83d9ab, 0x5be0cd19),
    };
    size_t whole = count / 64, rest = count % 64;
    state = compress(state, data, whole);

    /* FIPS 180-4 §5.1.1: one bit, zeros, and the length in bits as the last eight bytes of a block. */
    uint8_t last[128] = {0};
    size_t padded = rest < 56 ? 64 : 128;
    if (rest > 0) memcpy(last, data + 64 * whole, rest);
    last[rest] = 0x80;
    uint64_t bits = __builtin_bswap64((uint64_t)count << 3);
    memcpy(last + padded - 8, &bits, 8);
    state = compress(state, last, padded / 64);

    uint32_t words[8] = {
        (uint32_t)_mm_extract_epi32(state.abef, 3), (uint32_t)_mm_extract_epi32(state.abef, 2),
        (uint32_t)_mm_extract_epi32(state.cdgh, 3), (uint32_t)_mm_extract_epi32(state.cdgh, 2),
        (uint32_t)_mm_extract_epi32(state.abef, 1), (uint32_t)_mm_extract_epi32(state.abef, 0),
        (uint32_t)_mm_extract_epi32(state.cdgh, 1), (uint32_t)_mm_extract_epi32(state.cdgh, 0),
    };
    for (int i = 0; i < 8; i++) {
        uint32_t word = __builtin_bswap32(words[i]);
        memcpy(digest + 4 * i, &word, 4);
    }
    /* What was hashed may be secret: its last bytes do not stay on the stack. The barrier keeps the compiler from leaving this out. */
    memset(last, 0, sizeof last);
    __asm__ __volatile__("" : : "r"(last) : "memory");
}

bool csha256_hash(const uint8_t *data, size_t count, uint8_t *digest) {
    if (!csha256_is_available()) return false;
    hash(data, count, digest);
    return true;
}

#else

bool csha256_is_available(void) {
    return false;
}

bool csha256_hash(const uint8_t *data, size_t count, uint8_t *digest) {
    (void)data;
    (void)count;
    (void)digest;
    return false;
}

#endif
