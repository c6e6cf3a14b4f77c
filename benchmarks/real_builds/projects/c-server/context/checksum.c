#include <stdio.h>
#include <zlib.h>

int main(int count, char **words) {
    unsigned char block[4096];
    unsigned long sum = crc32(0L, Z_NULL, 0);
    size_t length;
    FILE *file = count > 1 ? fopen(words[1], "rb") : stdin;
    if (!file) {
        perror(words[1]);
        return 1;
    }
    while ((length = fread(block, 1, sizeof block, file)) > 0) sum = crc32(sum, block, length);
    printf("%08lx\n", sum);
    return 0;
}
