/*
 * libdeflate's compressors are big and slow to make: each thread keeps its own, and they go when the thread ends.
 */
#ifndef DATA_BASE_DEFLATE_H
#define DATA_BASE_DEFLATE_H

struct libdeflate_compressor;
struct libdeflate_decompressor;

struct libdeflate_compressor *deflate_compressor(int level); /* 1 to 12; never NULL; of this thread, not to be freed */
struct libdeflate_decompressor *deflate_decompressor(void);

#endif
