/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * replay DIRECTORY...: runs the fuzzer that it is linked with once on each file of the directories.
 */
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#define INPUT_MAX (1024 * 1024)

static int replay_file(const char *folder, const char *name) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "re");
    uint8_t *buffer = malloc(INPUT_MAX);
    if (file == NULL || buffer == NULL) {
        fprintf(stderr, "%s: cannot be read\n", path);
        free(buffer);
        return -1;
    }
    size_t size = fread(buffer, 1, INPUT_MAX, file);
    fclose(file);
    /* Allocates exactly the size, so that a sanitizer notices a read beyond the end. */
    uint8_t *data = realloc(buffer, size + (size == 0));
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    return 0;
}

int main(int argc, char **argv) {
    size_t count = 0;
    for (int i = 1; i < argc; i++) {
        DIR *folder = opendir(argv[i]);
        if (folder == NULL) {
            perror(argv[i]);
            return 1;
        }
        for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
            if (entry->d_name[0] == '.') {
                continue;
            }
            if (replay_file(argv[i], entry->d_name) != 0) {
                closedir(folder);
                return 1;
            }
            count++;
        }
        closedir(folder);
    }
    printf("%zu inputs\n", count);
    return count > 0 ? 0 : 1;
}
