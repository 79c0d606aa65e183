/* The load: many WebSocket clients in one thread that never sleeps while it measures.
 *
 *   generator PORT CONTROL_PORT REQUEST TOKENS KIND...
 *
 * REQUEST is a file with the handshake, in which @TOKEN@ stands for a line of the file TOKENS.
 * KINDs are values of "type" to be counted; the first is the one that welcomes a page.
 * It obeys lines of its standard input and answers each with one line of JSON:
 *
 *   join COUNT WINDOW RATE     open COUNT more pages, at most WINDOW at once, RATE a second (0: at will)
 *   rounds SECONDS MOST WINDOW MARKER FILE...
 *                              send the requests of the FILEs in turn to CONTROL_PORT, WINDOW of them at
 *                              once; each is over when every page has had one more frame with MARKER
 *   limit COUNT WINDOW MARKER FILE
 *                              as many frames a second as it could take: COUNT times it only begins to read
 *                              once WINDOW rounds wait for it, as they do where it is the slower one
 *   requests COUNT WINDOW FILE send COUNT requests to CONTROL_PORT over WINDOW connections; tokens in turn
 *   watch SECONDS              listen, then say what came of every kind since the last `watch`
 */
#define _GNU_SOURCE
#include "generator.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct page pages[MAX_PAGES];
int pages_opened, pages_welcome, pages_lost;
long kind_counts[MAX_KINDS], other_frames;
struct rounds rounds;

static char *request_head, *request_tail; /* of the handshake: before and after the token */
char **tokens;
int token_count;
static int port, epoll;
static const char *kinds[MAX_KINDS];
static int kind_count;
static char shared[1 << 18]; /* what is read is looked at here */

void die(const char *what) {
    perror(what);
    exit(1);
}

static double clock_of(clockid_t which) {
    struct timespec time;
    clock_gettime(which, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

double now(void) { return clock_of(CLOCK_MONOTONIC); }

double own_time(void) { return clock_of(CLOCK_THREAD_CPUTIME_ID); }

char *read_file(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END)) die(path);
    long size = ftell(file);
    char *text = malloc((size_t)size + 1);
    rewind(file);
    if (!text || fread(text, 1, (size_t)size, file) != (size_t)size) die(path);
    text[size] = 0;
    fclose(file);
    return text;
}

void watch_descriptor(int fd, uint32_t what, uint32_t events, int operation) {
    struct epoll_event wanted = {.events = events, .data.u32 = what};
    if (epoll_ctl(epoll, operation, fd, &wanted)) die("epoll_ctl");
}

int connect_to(int to, int from) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), yes = 1;
    if (fd < 0) die("socket");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000002u + (uint32_t)from)};
    if (bind(fd, (struct sockaddr *)&address, sizeof address)) die("bind");
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons((uint16_t)to);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) && errno != EINPROGRESS) die("connect");
    return fd;
}

/* --- one page ------------------------------------------------------------------------------ */

void open_page(double due) {
    struct page *page = &pages[pages_opened];
    page->fd = connect_to(port, pages_opened / PER_ADDRESS); /* an address has 28,000 ports */
    page->state = CONNECTING;
    page->began = due;
    watch_descriptor(page->fd, (uint32_t)pages_opened++, EPOLLIN | EPOLLOUT, EPOLL_CTL_ADD);
}

static void lose(struct page *page) {
    if (page->state == LOST) return;
    page->state = LOST;
    pages_lost++;
    close(page->fd);
}

static void shake_hands(struct page *page) {
    char request[8192];
    int which = (int)(page - pages);
    const char *token = token_count ? tokens[which % token_count] : "";
    int length = snprintf(request, sizeof request, "%s%s%s", request_head, token, request_tail);
    if (send(page->fd, request, (size_t)length, MSG_NOSIGNAL) != length) {
        lose(page);
        return;
    }
    page->state = SHAKING;
    watch_descriptor(page->fd, (uint32_t)which, EPOLLIN | EPOLLET, EPOLL_CTL_MOD);
}

static void pong(struct page *page, const char *payload, size_t length) {
    char frame[140] = {(char)0x8a, (char)(0x80 | length)}; /* masked by zeros */
    memcpy(frame + 6, payload, length);
    send(page->fd, frame, 6 + length, MSG_NOSIGNAL);
}

static void count_kind(struct page *page, const char *payload, size_t length) {
    static const char before[] = "{\"type\":\"";
    const size_t skip = sizeof before - 1;
    if (length > skip && !memcmp(payload, before, skip)) {
        for (int i = 0; i < kind_count; i++) {
            size_t size = strlen(kinds[i]);
            if (length <= skip + size || memcmp(payload + skip, kinds[i], size) || payload[skip + size] != '"')
                continue;
            kind_counts[i]++;
            if (!i && page->state == SHAKING) {
                page->state = OPEN;
                page->welcomed = now();
                pages_welcome++;
            }
            return;
        }
    }
    other_frames++;
}

static void hear_text(struct page *page, const char *payload, size_t length) {
    if (rounds.marker && memmem(payload, length, rounds.marker, rounds.marker_length)) {
        uint32_t round = page->got++;
        rounds.frames++;
        if (round < rounds.most && ++rounds.reached[round] == (uint32_t)rounds.pages) rounds.done[round] = now();
    } else {
        count_kind(page, payload, length);
    }
}

/* Answers how many bytes of a frame that has not come whole yet are to be kept. */
static size_t hear_frames(struct page *page, const char *text, size_t length) {
    for (;;) {
        if (page->skip) {
            size_t part = page->skip < length ? page->skip : length;
            page->skip -= (uint32_t)part;
            text += part;
            length -= part;
        }
        if (length < 2) return length;
        size_t head = 2, size = (unsigned char)text[1] & 127;
        head += size == 126 ? 2 : size == 127 ? 8 : 0;
        if (length < head) return length;
        if (head == 4) size = (size_t)(unsigned char)text[2] << 8 | (unsigned char)text[3];
        if (head == 10) {
            size = 0;
            for (int i = 2; i < 10; i++) size = size << 8 | (unsigned char)text[i];
        }
        size_t here = length - head < size ? length - head : size;
        if (here < size && length < KEPT) return length;
        int opcode = text[0] & 15;
        if (opcode == 1) hear_text(page, text + head, here < KEPT ? here : KEPT);
        if (opcode == 9 && size < 126) pong(page, text + head, size);
        page->skip = (uint32_t)(size - here);
        text += head + here;
        length -= head + here;
    }
}

/* Answers whether more may wait: the whole of the room was filled. */
static int hear_page(struct page *page) {
    size_t kept = page->kept_length;
    if (kept) memcpy(shared, page->kept, kept);
    ssize_t got = recv(page->fd, shared + kept, sizeof shared - kept, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
    if (got <= 0) {
        lose(page);
        return 0;
    }
    size_t length = kept + (size_t)got, left = length;
    if (!page->upgraded) {
        char *end = memmem(shared, length, "\r\n\r\n", 4);
        if (!end && length < KEPT) {
            memcpy(page->kept, shared, page->kept_length = length);
            return 0;
        }
        if (!end || strncmp(shared + 9, "101", 3)) {
            fprintf(stderr, "a handshake was refused: %.*s\n", (int)(length < 300 ? length : 300), shared);
            lose(page);
            return 0;
        }
        page->upgraded = 1;
        left -= (size_t)(end + 4 - shared);
    }
    left = hear_frames(page, shared + length - left, left);
    if (left) memcpy(page->kept, shared + length - left, left);
    page->kept_length = left;
    return length == sizeof shared;
}

/* --- the loop ------------------------------------------------------------------------------ */

/* One turn; `wait` is for when nothing is measured. Answers whether there is a line to obey. */
int turn(int wait) {
    struct epoll_event ready[512];
    int commanded = 0;
    int count = epoll_wait(epoll, ready, 512, wait);
    for (int i = 0; i < count; i++) {
        uint32_t what = ready[i].data.u32;
        if (what == STDIN) {
            commanded = 1;
        } else if (what >= TRIGGERS) {
            hear_trigger((int)(what - TRIGGERS));
        } else if (pages[what].state == CONNECTING) {
            if (ready[i].events & (EPOLLERR | EPOLLHUP)) lose(&pages[what]);
            else shake_hands(&pages[what]);
        } else if (pages[what].state != LOST) {
            while (hear_page(&pages[what])) {
            }
        }
    }
    return commanded;
}

static void watch(double seconds) {
    for (double until = now() + seconds; now() < until;) turn(0);
    printf("{\"pages\":%d,\"lost\":%d,\"other\":%ld", pages_welcome, pages_lost, other_frames);
    for (int i = 0; i < kind_count; i++) {
        printf(",\"%s\":%ld", kinds[i], kind_counts[i]);
        kind_counts[i] = 0;
    }
    printf("}\n");
    other_frames = 0;
}

static void obey(char *line) {
    char *word = strtok(line, " \n");
    if (!word) return;
    if (!strcmp(word, "join")) join();
    else if (!strcmp(word, "rounds")) run_rounds();
    else if (!strcmp(word, "limit")) own_limit();
    else if (!strcmp(word, "requests")) run_requests();
    else if (!strcmp(word, "watch")) watch(atof(strtok(NULL, " \n")));
    else die(word);
    fflush(stdout);
}

static void read_tokens(const char *path) {
    char *text = read_file(path);
    tokens = malloc(sizeof *tokens * MAX_PAGES);
    if (!tokens) die("malloc");
    for (char *line = strtok(text, "\n"); line && token_count < MAX_PAGES; line = strtok(NULL, "\n"))
        tokens[token_count++] = line;
}

int main(int count, char **words) {
    if (count < 6) {
        fprintf(stderr, "generator PORT CONTROL_PORT REQUEST TOKENS KIND...\n");
        return 2;
    }
    port = atoi(words[1]);
    rounds.port = atoi(words[2]);
    request_head = read_file(words[3]);
    request_tail = strstr(request_head, "@TOKEN@");
    if (request_tail) {
        *request_tail = 0;
        request_tail += strlen("@TOKEN@");
        read_tokens(words[4]);
    } else {
        request_tail = "";
    }
    for (int i = 5; i < count && kind_count < MAX_KINDS; i++) kinds[kind_count++] = words[i];
    epoll = epoll_create1(0);
    if (epoll < 0) die("epoll_create1");
    watch_descriptor(0, STDIN, EPOLLIN, EPOLL_CTL_ADD);
    for (char line[4096];;) {
        if (!turn(-1)) continue;
        if (!fgets(line, sizeof line, stdin)) return 0;
        obey(line);
    }
}
