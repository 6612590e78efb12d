/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * bench_listing MESSAGES: what the core's part of a listing costs. Prints `plain USEC` (100 rows
 * and the totals), `insight USEC` (with the insight, for messages that wait for four reasons), and
 * `varied USEC` (the same where each message has a reason and an address of its own): CPU time, the
 * least of five rounds.
 */
#include "bench.h"

#include "core/listing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROUNDS 5
#define PIECE ((size_t)32768) /* as the helper's pipe delivers */
#define MESSAGES_MAX 1000000
#define NOW INT64_C(1700100000)

static double cpu_usec(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void print_message(FILE *stream, size_t number, bool varied) {
    static const char *const reasons[] = {
        "connect to 127.0.0.1[127.0.0.1]:1: Connection refused",
        "lost connection with 127.0.0.1[127.0.0.1] while receiving the initial server greeting",
        "deferred transport",
        "host 127.0.0.1[127.0.0.1] said: 450 4.7.1 Greylisted (in reply to RCPT TO command)",
    };
    fprintf(stream,
            "{\"queue_name\": \"deferred\", \"queue_id\": \"4A%08zX\", \"arrival_time\": %zu, "
            "\"message_size\": 2300, \"forced_expire\": false, \"sender\": "
            "\"sender@s%zu.example\", \"recipients\": [{\"address\": ",
            number, 1700000000 + number % 90000, varied ? number % 5000 : number % 4);
    if (varied) {
        fprintf(stream,
                "\"u%zu@d%zu.example\", \"delay_reason\": \"host mx%zu.d%zu.example[192.0.%zu.%zu] "
                "said: 450 4.2.0 <u%zu@d%zu.example>: Recipient address rejected: Greylisted for "
                "%zu seconds (in reply to RCPT TO command)\"}]}\n",
                number, number % 3000, number % 3, number % 3000, number % 200, number % 251,
                number, number % 3000, number % 300);
    } else {
        fprintf(stream, "\"recipient@d%zu.example\", \"delay_reason\": \"%s\"}]}\n", number % 4,
                reasons[number % 4]);
    }
}

static void list(const char *text, size_t len, bool insight) {
    char error[200];
    struct listing_builder *builder = listing_builder_new(ORDER_OLDEST, 100);
    if (builder == NULL) {
        bench_die("out of memory");
    }
    if (insight) {
        listing_builder_add_insight(builder, 20, NOW);
    }
    for (size_t at = 0; at < len; at += PIECE) {
        listing_builder_feed(builder, text + at, len - at < PIECE ? len - at : PIECE);
    }
    struct listing *listing = listing_builder_finish(builder, 0, 1, error, sizeof error);
    if (listing == NULL || (listing->insight != NULL) != insight) {
        bench_die("no listing: %s", error);
    }
    listing_unref(listing);
}

static void measure(const char *name, size_t messages, bool varied, bool insight) {
    char *text = NULL;
    size_t len = 0;
    double least = 0;
    FILE *stream = open_memstream(&text, &len);
    if (stream == NULL) {
        bench_die("out of memory");
    }
    for (size_t i = 0; i < messages; i++) {
        print_message(stream, i, varied);
    }
    fclose(stream);
    for (int round = 0; round < ROUNDS; round++) {
        double before = cpu_usec();
        list(text, len, insight);
        double used = cpu_usec() - before;
        least = round == 0 || used < least ? used : least;
    }
    printf("%s %.0f\n", name, least);
    free(text);
}

int main(int argc, char **argv) {
    if (argc != 2) {
        bench_die("usage: bench_listing MESSAGES");
    }
    size_t messages = bench_number(argv[1], MESSAGES_MAX);
    measure("plain", messages, false, false);
    measure("insight", messages, false, true);
    measure("varied", messages, true, true);
    return 0;
}
