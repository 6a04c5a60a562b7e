/* contrechamp import-worker: the child process of an import; see data/gdal.h. */
#include "data/gdal.h"
#include "server/command.h"

int cmd_worker(struct invocation *inv)
{
    return gdal_worker_main(inv->argc, inv->argv);
}
