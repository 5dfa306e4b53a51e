#define _GNU_SOURCE 1
#include "CKluis.h"
#include <fcntl.h>
#include <malloc.h>
#include <sys/prctl.h>
#include <sys/resource.h>

int kluis_forbid_dumps(void) {
    struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_CORE, &none)) return -1;
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

void kluis_share_arena(void) {
    (void)mallopt(M_ARENA_MAX, 1);
}

void kluis_start_write_back(int descriptor, long long offset, long long count) {
    (void)sync_file_range(descriptor, offset, count, SYNC_FILE_RANGE_WRITE);
}

int kluis_bypass_cache(int descriptor, int on) {
    int flags = fcntl(descriptor, F_GETFL);
    if (flags < 0) return -1;
    return fcntl(descriptor, F_SETFL, on ? flags | O_DIRECT : flags & ~O_DIRECT);
}
