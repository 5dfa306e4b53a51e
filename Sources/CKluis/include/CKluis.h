#pragma once
/* What Swift's Glibc module does not show. */

/* Forbids core dumps of this process and tracing by others: prctl(2), PR_SET_DUMPABLE. 0 when it worked. */
int kluis_forbid_dumps(void);
