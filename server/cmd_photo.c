/* contrechamp photo-worker: the child process that cleans one photo; see renderer/photo.h. */
#include "renderer/photo.h"
#include "server/command.h"

int cmd_photo(struct invocation *inv)
{
    if (inv->argc)
        return command_misused(inv, "this is started by the server itself");
    return photo_worker_main();
}
