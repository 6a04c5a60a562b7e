/* Bytes as a file of tiles (PMTiles or MBTiles), from which some tiles are read. */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "data/tileset.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int fd = memfd_create("tiles", MFD_CLOEXEC);
    must(fd >= 0);
    AUTO(buf) path = {0};
    buf_fmt(&path, "/proc/self/fd/%d", fd);
    if (write(fd, data, size) != (ssize_t)size) {
        close(fd);
        return 0;
    }
    struct tileset *t = NULL;
    struct err err;
    if (tileset_open(&t, path.at, &err)) {
        static const struct tile tiles[] = {{0, 0, 0}, {1, 0, 1}, {5, 9, 4}, {8190, 5000, 14}};
        for (size_t i = 0; i < COUNT(tiles); i++) {
            AUTO(buf) out = {0};
            bool found;
            if (!tileset_read(t, tiles[i], &out, &found, &err))
                must(err.text[0]);
        }
        tileset_close(t);
    }
    close(fd);
    return 0;
}
