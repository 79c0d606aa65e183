/* The limit: what the kernel gives a C program that answers handshakes and loops send().
 *
 *   limit            prints "ready PORT PORT", serves until it is killed
 *
 * GET is a handshake, answered by 101 and a welcome; POST broadcasts its body as one text frame.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_FDS 40000
#define REQUEST 8192

/* The generator always sends the key of RFC 6455 section 1.3: so the answer is always the same. */
static const char HANDSHAKE[] =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
    "Sec-WebSocket-Protocol: streamhub.v1.json\r\n\r\n\x81\x12{\"type\":\"welcome\"}";
static const char DONE[] = "HTTP/1.1 204 No Content\r\n\r\n";

struct request {
    int length;
    char text[REQUEST];
};

static struct request *requests[MAX_FDS]; /* of connections that have not upgraded */
static int listeners[MAX_FDS];
static int place[MAX_FDS]; /* of a descriptor in listeners, plus one; 0: none */
static int listening;
static int epoll;

static void die(const char *what) {
    perror(what);
    exit(1);
}

static void drop(int fd) {
    if (place[fd]) {
        int last = listeners[--listening];
        listeners[place[fd] - 1] = last;
        place[last] = place[fd];
        place[fd] = 0;
    }
    free(requests[fd]);
    requests[fd] = NULL;
    close(fd);
}

static void broadcast(const char *body, int length) {
    char frame[REQUEST + 4];
    int header = 2;
    frame[0] = (char)0x81;
    if (length < 126) {
        frame[1] = (char)length;
    } else {
        frame[1] = 126;
        frame[2] = (char)(length >> 8);
        frame[3] = (char)length;
        header = 4;
    }
    memcpy(frame + header, body, (size_t)length);
    for (int i = 0; i < listening; i++)
        if (send(listeners[i], frame, (size_t)(length + header), MSG_NOSIGNAL) < 0 && errno == EINTR) i--;
}

static void welcome(int fd) {
    free(requests[fd]);
    requests[fd] = NULL;
    listeners[listening++] = fd;
    place[fd] = listening;
    send(fd, HANDSHAKE, sizeof HANDSHAKE - 1, MSG_NOSIGNAL);
}

/* Answers whether a whole request was read and answered. */
static int answer(int fd) {
    struct request *read = requests[fd];
    char *end = memmem(read->text, (size_t)read->length, "\r\n\r\n", 4);
    if (!end) return 0;
    int head = (int)(end - read->text) + 4, body = 0;
    char *said = strcasestr(read->text, "\r\ncontent-length:");
    if (said && said < end) body = atoi(said + 17);
    if (body < 0 || head + body >= REQUEST || read->length < head + body) return 0;
    if (!strncmp(read->text, "GET ", 4)) {
        welcome(fd);
        return 0;
    }
    broadcast(read->text + head, body);
    send(fd, DONE, sizeof DONE - 1, MSG_NOSIGNAL);
    read->length -= head + body;
    memmove(read->text, read->text + head + body, (size_t)read->length);
    read->text[read->length] = 0;
    return read->length > 0;
}

static void hear(int fd) {
    char unread[4096];
    struct request *read = requests[fd];
    char *to = read ? read->text + read->length : unread;
    size_t room = read ? (size_t)(REQUEST - 1 - read->length) : sizeof unread;
    ssize_t got = recv(fd, to, room, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) {
        drop(fd);
        return;
    }
    if (!read) return; /* pongs */
    read->length += (int)got;
    read->text[read->length] = 0;
    while (requests[fd] && answer(fd)) {
    }
}

static void take(int server) {
    int fd, yes = 1;
    while ((fd = accept(server, NULL, NULL)) >= 0) {
        if (fd >= MAX_FDS) {
            close(fd);
            continue;
        }
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        requests[fd] = malloc(sizeof *requests[fd]);
        if (!requests[fd]) die("malloc");
        requests[fd]->length = 0;
        struct epoll_event wanted = {.events = EPOLLIN, .data.fd = fd};
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &wanted)) die("epoll_ctl");
    }
}

int main(void) {
    int server = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    if (server < 0 || bind(server, (struct sockaddr *)&address, size) || listen(server, 1024)) die("listen");
    if (getsockname(server, (struct sockaddr *)&address, &size)) die("getsockname");
    epoll = epoll_create1(0);
    struct epoll_event wanted = {.events = EPOLLIN, .data.fd = server}, ready[256];
    if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, server, &wanted)) die("epoll");
    printf("ready %d %d\n", ntohs(address.sin_port), ntohs(address.sin_port));
    fflush(stdout);
    for (;;) {
        int count = epoll_wait(epoll, ready, 256, -1);
        for (int i = 0; i < count; i++) {
            if (ready[i].data.fd == server)
                take(server);
            else
                hear(ready[i].data.fd);
        }
    }
}
