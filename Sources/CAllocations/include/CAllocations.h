#pragma once
/* Counts what is asked of the C allocator. Linking this target puts its own malloc, calloc, realloc and aligned variants before the
   C library's, for the whole program, shared libraries too. For benchmarks only. */

#include <stdint.h>

/* How often the calling thread asked for memory since it began: malloc, calloc, realloc, aligned_alloc, memalign, posix_memalign. */
uint64_t kluis_allocations(void);

/* How many bytes it asked for in those calls. */
uint64_t kluis_allocated_bytes(void);
