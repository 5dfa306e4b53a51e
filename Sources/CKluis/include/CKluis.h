#pragma once
/* What Swift's Glibc module does not show. */

/* Forbids core dumps of this process and tracing by others: prctl(2), PR_SET_DUMPABLE. 0 when it worked. */
int kluis_forbid_dumps(void);

/* Has all threads take memory from one place of the C library's allocator, instead of each from its own: mallopt(3), M_ARENA_MAX. */
void kluis_share_arena(void);

/* Tells the system to start writing back a range of an open file; waits for a full queue of the disk only, and may do nothing: sync_file_range(2). */
void kluis_start_write_back(int descriptor, long long offset, long long count);

/* Has an open file read and written past the page cache (O_DIRECT), or no longer. 0 when it worked; -1 with errno where the file system cannot. */
int kluis_bypass_cache(int descriptor, int on);
