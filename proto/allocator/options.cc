// What jemalloc is told at its start; it looks for this name (docs/decisions/0006). Compiled into the daemons, where they
// are linked with it.
#include <jemalloc/jemalloc.h>

// An arena for each processor instead of four: objects that are made on one thread and freed on another, as those of
// signalling are, go back to where they came from more often. Versions before 5.3 do not know the option.
#if JEMALLOC_VERSION_MAJOR > 5 || (JEMALLOC_VERSION_MAJOR == 5 && JEMALLOC_VERSION_MINOR >= 3)
extern "C" const char* malloc_conf;
const char* malloc_conf = "narenas_ratio:1";
#endif
