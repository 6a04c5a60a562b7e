/* Any bytes as a file of tiles: opened, a few tiles read, closed. */
#include <sys/mman.h>
#include <stdio.h>
#include <unistd.h>

#include "data/tileset.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    struct err err;
    struct tileset *t;
    int fd = memfd_create("tiles", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        return 0;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (tileset_open(&t, path, &err)) {
        for (uint8_t z = 0; z < 4; z++) {
            AUTO(buf) bytes = {0};
            bool found;
            (void)!tileset_read(t, (struct tile){.z = z, .x = (1u << z) - 1, .y = 0}, &bytes, &found, &err);
        }
        tileset_close(t);
    }
    close(fd);
    return 0;
}
