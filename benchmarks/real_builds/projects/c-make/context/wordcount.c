#include <ctype.h>
#include <stdio.h>

int main(int count, char **words) {
    FILE *file = count > 1 ? fopen(words[1], "r") : stdin;
    int total = 0, inside = 0, c;
    if (!file)
        return 1;
    while ((c = fgetc(file)) != EOF) {
        total += !isspace(c) && !inside;
        inside = !isspace(c);
    }
    printf("%d words\n", total);
    return 0;
}
