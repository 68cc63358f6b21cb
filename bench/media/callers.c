/* callers - N callers without SIP: one socket each, PCMU tones out every 20 ms, spread over the 20 ms, and the
 * spacing of what comes back, by the kernel's receive time.   cc -O2 -o callers callers.c -lm
 *
 *   callers SECONDS [LOCAL:REMOTE ...]     port pairs; prints one JSON line
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAX_CALLERS 1600
#define BINS 100000 /* of 1 us */
typedef struct { int fd; double next, last; uint16_t seq; uint32_t ts, ssrc; double phase, step; long rx, loud; } Caller;
static Caller callers[MAX_CALLERS];
static uint32_t bins[BINS + 1];
static long gaps;

static double now(void) { struct timespec t; clock_gettime(CLOCK_REALTIME, &t); return t.tv_sec + t.tv_nsec / 1e9; }

static unsigned char mulaw(int s) {
  int sign = s < 0 ? 0x80 : 0, e = 7, m = 0x4000;
  if (s < 0) s = -s;
  s = (s > 32635 ? 32635 : s) + 0x84;
  while (e > 0 && !(s & m)) { e--; m >>= 1; }
  return ~(sign | (e << 4) | ((s >> (e + 3)) & 15));
}

static void send_frame(Caller *c) {
  unsigned char p[172];
  uint32_t ts = htonl(c->ts), ssrc = htonl(c->ssrc);
  p[0] = 0x80; p[1] = 0; p[2] = c->seq >> 8; p[3] = c->seq;
  memcpy(p + 4, &ts, 4); memcpy(p + 8, &ssrc, 4);
  for (int i = 0; i < 160; i++) { p[12 + i] = mulaw((int)(2000 * sin(c->phase))); c->phase += c->step; }
  if (c->phase > 2 * M_PI) c->phase = fmod(c->phase, 2 * M_PI);
  c->seq++; c->ts += 160;
  (void)!send(c->fd, p, sizeof p, 0);
}

static void receive(Caller *c, double measure_from) {
  char data[2000], control[128];
  struct iovec v = {data, sizeof data};
  struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  ssize_t n;
  while (m.msg_controllen = sizeof control, (n = recvmsg(c->fd, &m, MSG_DONTWAIT)) > 0) {
    double at = now();
    for (struct cmsghdr *h = CMSG_FIRSTHDR(&m); h; h = CMSG_NXTHDR(&m, h))
      if (h->cmsg_type == SCM_TIMESTAMPNS) { struct timespec t; memcpy(&t, CMSG_DATA(h), sizeof t); at = t.tv_sec + t.tv_nsec / 1e9; }
    if (at >= measure_from) {
      c->rx++;
      if ((unsigned char)data[20] != 0xff) c->loud++;
      if (c->last > 0) {
        double d = fabs(at - c->last - 0.020) * 1e6;
        bins[d > BINS ? BINS : (int)d]++; gaps++;
      }
    }
    c->last = at;
  }
}

static double percentile(double p) {
  long want = gaps * p, seen = 0;
  for (int i = 0; i <= BINS; i++) if ((seen += bins[i]) > want) return i / 1000.0;
  return BINS / 1000.0;
}

int main(int argc, char **argv) {
  int n = argc - 2, ep = epoll_create1(0), on = 1;
  double seconds = argc > 1 ? atof(argv[1]) : 0, start = now() + 0.05, end = start + 2 + seconds;
  if (n < 1 || n > MAX_CALLERS) { fprintf(stderr, "usage: callers SECONDS LOCAL:REMOTE ...\n"); return 2; }
  for (int i = 0; i < n; i++) {
    int local, remote;
    if (sscanf(argv[i + 2], "%d:%d", &local, &remote) != 2) return 2;
    Caller *c = &callers[i];
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(local), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    c->fd = socket(AF_INET, SOCK_DGRAM, 0);
    setsockopt(c->fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    if (bind(c->fd, (struct sockaddr *)&a, sizeof a)) { perror("bind"); return 1; }
    a.sin_port = htons(remote);
    if (connect(c->fd, (struct sockaddr *)&a, sizeof a)) { perror("connect"); return 1; }
    c->next = start + 0.020 * i / n; c->ssrc = 1000 + i; c->step = 2 * M_PI * (300 + 10 * (i % 100)) / 8000;
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = c};
    epoll_ctl(ep, EPOLL_CTL_ADD, c->fd, &e);
  }
  for (double t; (t = now()) < end;) {
    double next = t + 1;
    for (int i = 0; i < n; i++) {
      Caller *c = &callers[i];
      for (; c->next <= t; c->next += 0.020) send_frame(c);
      if (c->next < next) next = c->next;
    }
    struct epoll_event es[64];
    double wait = (next - now()) * 1000;
    int k = epoll_wait(ep, es, 64, wait > 0 ? (int)ceil(wait) : 0);
    for (int i = 0; i < k; i++) receive(es[i].data.ptr, start + 2);
  }
  long rx = 0, loud = 0;
  for (int i = 0; i < n; i++) { rx += callers[i].rx; loud += callers[i].loud; }
  printf("{\"packetsPerCallPerS\":%.3f,\"loudShare\":%.3f,\"devP50\":%.3f,\"devP95\":%.3f,\"devP99\":%.3f,\"devMax\":%.3f}\n",
         rx / seconds / n, rx ? (double)loud / rx : 0, percentile(.5), percentile(.95), percentile(.99), percentile(.99999));
  return 0;
}
