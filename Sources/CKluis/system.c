#define _GNU_SOURCE 1
#include "CKluis.h"
#include <sys/prctl.h>
#include <sys/resource.h>

int kluis_forbid_dumps(void) {
    struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_CORE, &none)) return -1;
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}
