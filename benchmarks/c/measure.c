/* What the generator measures: how pages come in, how a message reaches all of them. */
#define _GNU_SOURCE
#include "generator.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_TRIGGERS 64
#define MAX_ANSWER 16384
#define GIVE_UP 20.0 /* seconds in which nothing goes on */

struct trigger {
    int fd;
    int waiting; /* for its answer */
    double began, answered;
    size_t length;
    char answer[MAX_ANSWER];
};

static struct trigger triggers[MAX_TRIGGERS];
static int trigger_count, refused;

static double number(void) {
    char *word = strtok(NULL, " \n");
    return word ? atof(word) : 0;
}

static int by_size(const void *one, const void *other) {
    double a = *(const double *)one, b = *(const double *)other;
    return a < b ? -1 : a > b;
}

/* Prints median, 99th percentile and largest of some seconds, as milliseconds. */
static void print_spread(double *seconds, int count) {
    if (!count) {
        printf("\"p50_ms\":null,\"p99_ms\":null,\"max_ms\":null");
        return;
    }
    qsort(seconds, (size_t)count, sizeof *seconds, by_size);
    double half = seconds[count / 2], most = seconds[(count * 99 - 1) / 100];
    printf("\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"max_ms\":%.3f", 1e3 * half, 1e3 * most, 1e3 * seconds[count - 1]);
}

/* --- pages come in ------------------------------------------------------------------------- */

void join(void) {
    int first = pages_opened, wanted = first + (int)number(), window = (int)number();
    double rate = number(), began = now();
    int welcome = pages_welcome, lost = pages_lost, before = 0;
    double moved = began;
    if (wanted > MAX_PAGES) die("too many pages");
    while (pages_welcome - welcome + pages_lost - lost < wanted - first && now() - moved < GIVE_UP) {
        int inside = pages_welcome - welcome + pages_lost - lost;
        double time = now();
        if (inside > before) moved = time;
        before = inside;
        while (pages_opened < wanted && pages_opened - first - inside < window) {
            double due = rate > 0 ? began + (pages_opened - first) / rate : time;
            if (due > time) break;
            open_page(due);
        }
        turn(0);
    }
    double *took = malloc(sizeof *took * MAX_PAGES), last = began;
    int count = 0;
    for (int i = first; took && i < pages_opened; i++) {
        if (pages[i].state != OPEN) continue;
        took[count++] = pages[i].welcomed - pages[i].began;
        if (pages[i].welcomed > last) last = pages[i].welcomed;
    }
    printf("{\"joined\":%d,\"failed\":%d,\"seconds\":%.6f,", count, wanted - first - count, last - began);
    print_spread(took, count);
    printf("}\n");
    free(took);
}

/* --- a message goes round ------------------------------------------------------------------ */

/* A server may have closed an idle one since. */
static void open_triggers(int window) {
    for (int i = 0; i < window && i < MAX_TRIGGERS; i++) {
        if (i < trigger_count && triggers[i].fd >= 0) continue;
        triggers[i].fd = connect_to(rounds.port, 0);
        watch_descriptor(triggers[i].fd, TRIGGERS + (uint32_t)i, EPOLLIN, EPOLL_CTL_ADD);
        if (i == trigger_count) trigger_count++;
    }
}

static void fire(struct trigger *trigger, const char *request) {
    size_t length = strlen(request);
    ssize_t sent;
    do {
        sent = send(trigger->fd, request, length, MSG_NOSIGNAL);
    } while (sent < 0 && (errno == EAGAIN || errno == ENOTCONN || errno == EINTR));
    if (sent != (ssize_t)length) die("a trigger could not be sent");
    trigger->waiting = 1;
}

void hear_trigger(int which) {
    struct trigger *trigger = &triggers[which];
    size_t room = MAX_ANSWER - 1 - trigger->length;
    ssize_t got = recv(trigger->fd, trigger->answer + trigger->length, room, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) {
        if (trigger->waiting) die("a trigger was not answered");
        close(trigger->fd);
        trigger->fd = -1;
        return;
    }
    trigger->length += (size_t)got;
    trigger->answer[trigger->length] = 0;
    char *end = strstr(trigger->answer, "\r\n\r\n");
    if (!end) return;
    char *said = strcasestr(trigger->answer, "\r\ncontent-length:");
    size_t whole = (size_t)(end - trigger->answer) + 4;
    if (said && said < end) whole += (size_t)atol(said + 17);
    if (trigger->length < whole) return;
    if (trigger->answer[9] != '2') {
        refused++;
        fprintf(stderr, "a trigger was refused: %.300s\n", trigger->answer);
    }
    trigger->length = 0;
    trigger->waiting = 0;
    trigger->answered = now();
}

static struct trigger *free_trigger(int window) {
    for (int i = 0; i < window && i < trigger_count; i++)
        if (!triggers[i].waiting && triggers[i].fd >= 0) return &triggers[i];
    return NULL;
}

static int all_answered(void) {
    for (int i = 0; i < trigger_count; i++)
        if (triggers[i].waiting) return 0;
    return 1;
}

static void begin_rounds(const char *marker, uint32_t most) {
    for (int i = 0; i < pages_opened; i++) pages[i].got = 0;
    rounds.marker = marker;
    rounds.marker_length = strlen(marker);
    rounds.most = most;
    rounds.pages = pages_welcome - pages_lost;
    rounds.reached = calloc(most, sizeof *rounds.reached);
    rounds.sent = calloc(most, sizeof *rounds.sent);
    rounds.done = calloc(most, sizeof *rounds.done);
    rounds.frames = 0;
    refused = 0;
    if (!rounds.reached || !rounds.sent || !rounds.done) die("calloc");
}

static void forget_rounds(void) {
    free(rounds.reached);
    free(rounds.sent);
    free(rounds.done);
    rounds.marker = NULL;
}

/* Pages that have not had exactly one frame of each round. */
static int inexact(uint32_t count) {
    int found = 0;
    for (int i = 0; i < pages_opened; i++) found += pages[i].state == OPEN && pages[i].got != count;
    return found;
}

static void end_rounds(uint32_t count, double seconds) {
    double *took = calloc(count + 1, sizeof *took);
    for (uint32_t i = 0; took && i < count; i++) took[i] = rounds.done[i] - rounds.sent[i];
    printf("{\"pages\":%d,\"rounds\":%u,\"frames\":%ld,\"seconds\":%.6f,", rounds.pages, count, rounds.frames, seconds);
    printf("\"inexact\":%d,\"refused\":%d,", inexact(count), refused);
    print_spread(took, (int)count);
    printf("}\n");
    free(took);
    forget_rounds();
}

void run_rounds(void) {
    double seconds = number();
    uint32_t most = (uint32_t)number(), sent = 0, over = 0;
    int window = (int)number(), files = 0;
    char *marker = strtok(NULL, " \n"), *requests[8], *path;
    while (files < 8 && (path = strtok(NULL, " \n"))) requests[files++] = read_file(path);
    if (!marker || !files) die("rounds");
    begin_rounds(marker, most);
    open_triggers(window);
    double began = now(), last = began;
    while (now() - last < GIVE_UP && !refused) {
        struct trigger *next;
        while (over < sent && rounds.done[over] > 0) last = rounds.done[over++];
        int more = sent < most && now() - began < seconds;
        if (!more && over == sent) break;
        if (more && sent - over < (uint32_t)window && (next = free_trigger(window))) {
            rounds.sent[sent] = now();
            fire(next, requests[sent++ % (uint32_t)files]);
        }
        turn(0);
    }
    for (int i = 0; i < files; i++) free(requests[i]);
    double settled = now() + 0.05; /* a frame too many would come now */
    while (now() < settled || (!all_answered() && now() < settled + 5)) turn(0);
    end_rounds(over, last - began);
}

/* --- how fast it could be ------------------------------------------------------------------ */

void own_limit(void) {
    int count = (int)number(), window = (int)number();
    char *marker = strtok(NULL, " \n"), *path = strtok(NULL, " \n");
    double spent = 0;
    long frames = 0;
    if (!marker || !path) die("limit");
    char *request = read_file(path);
    open_triggers(window);
    for (int i = 0; i < count; i++) {
        begin_rounds(marker, (uint32_t)window);
        for (int j = 0; j < window; j++) fire(&triggers[j], request);
        for (int j = 0; j < window; j++)
            while (triggers[j].waiting) hear_trigger(j); /* answered once everything is sent */
        double began = own_time();
        for (double until = now() + GIVE_UP; rounds.done[window - 1] == 0 && now() < until;) turn(0);
        spent += own_time() - began;
        frames += rounds.frames;
        forget_rounds();
    }
    free(request);
    printf("{\"frames\":%ld,\"seconds\":%.6f}\n", frames, spent);
}

/* --- requests by people -------------------------------------------------------------------- */

static int fire_for(struct trigger *trigger, const char *head, const char *tail, int which) {
    char request[8192];
    snprintf(request, sizeof request, "%s%s%s", head, tokens[which % token_count], tail);
    trigger->began = now();
    fire(trigger, request);
    return 1;
}

void run_requests(void) {
    int count = (int)number(), window = (int)number(), sent = 0, answered = 0;
    char *path = strtok(NULL, " \n"), *head = path ? read_file(path) : NULL;
    char *tail = head ? strstr(head, "@TOKEN@") : NULL;
    double *took = calloc((size_t)count + 1, sizeof *took), began = now(), moved = began;
    if (!tail || !took || window > MAX_TRIGGERS) die("requests");
    *tail = 0;
    tail += strlen("@TOKEN@");
    refused = 0;
    open_triggers(window);
    while (answered < count && now() - moved < GIVE_UP && !refused) {
        for (int i = 0; i < window; i++) {
            if (triggers[i].waiting) continue;
            if (triggers[i].began > 0) {
                took[answered++] = triggers[i].answered - triggers[i].began;
                triggers[i].began = 0;
                moved = now();
            }
            if (sent < count) sent += fire_for(&triggers[i], head, tail, sent);
        }
        turn(0);
    }
    printf("{\"answered\":%d,\"refused\":%d,\"seconds\":%.6f,", answered, refused, now() - began);
    print_spread(took, answered);
    printf("}\n");
    free(took);
    free(head);
}
