/* What the two halves of the generator share: pages and the loop; what is measured with them. */
#include <stdint.h>
#include <stdio.h>
#include <sys/epoll.h>

#define MAX_PAGES 20000
#define MAX_KINDS 16
#define PER_ADDRESS 10000
#define KEPT 1024 /* bytes of a frame in which its type and marker stand */
#define STDIN 0xffffffffu
#define TRIGGERS 0x80000000u

enum state { CONNECTING, SHAKING, OPEN, LOST };

struct page {
    int fd;
    enum state state;
    int upgraded;
    uint32_t skip; /* bytes of the frame that is being read */
    uint32_t got;  /* frames with the marker */
    size_t kept_length;
    double began, welcomed;
    char kept[KEPT];
};

struct rounds {
    const char *marker;
    size_t marker_length;
    int port, pages;
    uint32_t most;
    uint32_t *reached; /* pages that have had this many frames and one more */
    double *sent, *done;
    long frames;
};

extern struct page pages[MAX_PAGES];
extern char **tokens;
extern int token_count;
extern int pages_opened, pages_welcome, pages_lost;
extern struct rounds rounds;

void die(const char *what);
double now(void);
double own_time(void); /* of this thread on a processor */
char *read_file(const char *path);
int connect_to(int to, int from);
void watch_descriptor(int fd, uint32_t what, uint32_t events, int operation);
void open_page(double due);
int turn(int wait);
void hear_trigger(int which);
void join(void);
void run_rounds(void);
void own_limit(void);
void run_requests(void);
