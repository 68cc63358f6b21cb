/*
 * Many UDP sockets of one thread, read and written in batches: one call from JavaScript reads what has
 * arrived at any of them, one call sends what has gathered. Node.js needs a call, an event and a request
 * object for each packet, and checks after each whether there is another. Packets are not interpreted here.
 * Linux, IPv4; optional: `udp-library.ts` compiles and loads it if that is possible.
 *
 * JavaScript owns the memory. A packet in it is described by a record of six 32-bit numbers: the socket (its
 * number if the packet was received, its descriptor if it is to be sent), the position of the bytes, their
 * count, the address and the port of the far end, and how long ago the kernel received the packet,
 * microseconds (0 if it is to be sent).
 *
 * Each thread that loads this library has its own sockets. They are closed when the thread ends, however it
 * ends.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <node_api.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* 32-bit numbers per record. */
#define FIELDS 6
/* The most ready sockets that one call of epoll_wait reports. */
#define READY 256
/*
 * A longer datagram is reported as an empty one, bytes: no sound packet and no accepted DTLS datagram is
 * longer.
 */
#define LARGEST 9216
/* Packets begin at a multiple of this, bytes. */
#define ALIGNMENT 8
/* A packet that seems older than this arrived while the machine's clock was being set, microseconds. */
#define OLDEST 1000000

typedef struct {
  int epoll;
  /* Whether a descriptor is one of ours, indexed by descriptor. */
  uint8_t *ours;
  size_t known;
} Thread;

static int32_t integer(napi_env env, napi_value value) {
  int32_t number = 0;
  napi_get_value_int32(env, value, &number);
  return number;
}

static napi_value number(napi_env env, int32_t number) {
  napi_value value = NULL;
  napi_create_int32(env, number, &value);
  return value;
}

/* The memory of a typed array and its size in bytes; none if it is something else. */
static void *memory(napi_env env, napi_value value, size_t *bytes) {
  napi_typedarray_type type;
  napi_value buffer;
  size_t length = 0, offset;
  void *data = NULL;
  *bytes = 0;
  if (napi_get_typedarray_info(env, value, &type, &length, &data, &buffer, &offset) != napi_ok) return NULL;
  *bytes = type == napi_int32_array ? length * sizeof(int32_t) : type == napi_uint8_array ? length : 0;
  return data;
}

/* Reads the arguments of a call. Returns the state of the calling thread. */
static Thread *arguments(napi_env env, napi_callback_info info, size_t count, napi_value *values) {
  void *thread = NULL;
  napi_get_cb_info(env, info, &count, values, NULL, NULL);
  napi_get_instance_data(env, &thread);
  return thread;
}

static struct sockaddr_in endpoint(int32_t address, int32_t port) {
  struct sockaddr_in end = {.sin_family = AF_INET};
  end.sin_addr.s_addr = htonl((uint32_t)address);
  end.sin_port = htons((uint16_t)port);
  return end;
}

/* How long ago the kernel received the packet, by its timestamp (SO_TIMESTAMPNS, socket(7)), microseconds. */
static int32_t age(struct msghdr *message, const struct timespec *now) {
  for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part; part = CMSG_NXTHDR(message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_TIMESTAMPNS) continue;
    struct timespec came;
    memcpy(&came, CMSG_DATA(part), sizeof came);
    const int64_t ago = (int64_t)(now->tv_sec - came.tv_sec) * 1000000 + (now->tv_nsec - came.tv_nsec) / 1000;
    return ago < 0 || ago > OLDEST ? 0 : (int32_t)ago;
  }
  return 0;
}

static int note(Thread *thread, int socket) {
  if ((size_t)socket >= thread->known) {
    size_t known = 2 * (size_t)socket + 64;
    uint8_t *ours = realloc(thread->ours, known);
    if (!ours) return -1;
    for (size_t i = thread->known; i < known; i++) ours[i] = 0;
    thread->ours = ours;
    thread->known = known;
  }
  thread->ours[socket] = 1;
  return 0;
}

static int is_ours(const Thread *thread, int socket) {
  return socket >= 0 && (size_t)socket < thread->known && thread->ours[socket];
}

/* open(number, address, port, receiveBufferBytes): the descriptor, or the negative error number. */
static napi_value open_socket(napi_env env, napi_callback_info info) {
  napi_value value[4];
  Thread *thread = arguments(env, info, 4, value);
  struct sockaddr_in here = endpoint(integer(env, value[1]), integer(env, value[2]));
  int room = integer(env, value[3]);
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return number(env, -errno);
  struct epoll_event event = {.events = EPOLLIN};
  event.data.u64 = (uint64_t)(uint32_t)fd << 32 | (uint32_t)integer(env, value[0]);
  const int wanted = 1;
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
  setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &wanted, sizeof wanted);
  if (bind(fd, (struct sockaddr *)&here, sizeof here) || epoll_ctl(thread->epoll, EPOLL_CTL_ADD, fd, &event) ||
      note(thread, fd)) {
    int error = errno;
    close(fd);
    return number(env, -error);
  }
  return number(env, fd);
}

/* close(descriptor) */
static napi_value close_socket(napi_env env, napi_callback_info info) {
  napi_value value[1];
  Thread *thread = arguments(env, info, 1, value);
  int fd = integer(env, value[0]);
  if (is_ours(thread, fd)) {
    thread->ours[fd] = 0;
    close(fd);
  }
  return NULL;
}

/*
 * receive(bytes, records): returns the number of packets read. Each socket is read once before any is read
 * again, so that a flood to one socket does not delay the packets of others; what does not fit stays in the
 * kernel.
 */
static napi_value receive(napi_env env, napi_callback_info info) {
  napi_value value[2];
  Thread *thread = arguments(env, info, 2, value);
  size_t room, record_room, at = 0, packets = 0, looks = 0;
  uint8_t *bytes = memory(env, value[0], &room);
  int32_t *records = memory(env, value[1], &record_room);
  const size_t most = record_room / (FIELDS * sizeof(int32_t));
  struct epoll_event ready[READY];
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  while (looks < most && room - at >= LARGEST) {
    size_t wanted = most - looks < READY ? most - looks : READY;
    int count = epoll_wait(thread->epoll, ready, (int)wanted, 0);
    if (count <= 0) break;
    for (int i = 0; i < count && room - at >= LARGEST; i++) {
      struct sockaddr_in from;
      union {
        struct cmsghdr first;
        char bytes[CMSG_SPACE(sizeof(struct timespec))];
      } notes;
      struct iovec place = {.iov_base = bytes + at, .iov_len = LARGEST};
      struct msghdr message = {.msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &place, .msg_iovlen = 1,
                               .msg_control = &notes, .msg_controllen = sizeof notes};
      int fd = (int)(ready[i].data.u64 >> 32);
      ssize_t length = recvmsg(fd, &message, MSG_DONTWAIT | MSG_TRUNC);
      /* Counted even without a packet: otherwise a socket with nothing but errors would be asked forever. */
      looks++;
      if (length < 0) continue;
      if (length > LARGEST) length = 0;
      int32_t *record = records + FIELDS * packets++;
      record[0] = (int32_t)(uint32_t)ready[i].data.u64;
      record[1] = (int32_t)at;
      record[2] = (int32_t)length;
      record[3] = (int32_t)ntohl(from.sin_addr.s_addr);
      record[4] = ntohs(from.sin_port);
      record[5] = age(&message, &now);
      at += ((size_t)length + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
      if (at > room) at = room;
    }
  }
  return number(env, (int32_t)packets);
}

/* send(bytes, records, count): a packet that cannot be sent is lost. */
static napi_value send_all(napi_env env, napi_callback_info info) {
  napi_value value[3];
  Thread *thread = arguments(env, info, 3, value);
  size_t room, record_room;
  const uint8_t *bytes = memory(env, value[0], &room);
  const int32_t *records = memory(env, value[1], &record_room);
  const size_t most = record_room / (FIELDS * sizeof(int32_t)), count = (size_t)integer(env, value[2]);
  for (size_t i = 0; i < count && i < most; i++) {
    const int32_t *record = records + FIELDS * i;
    const size_t at = (size_t)(uint32_t)record[1], length = (size_t)(uint32_t)record[2];
    if (!is_ours(thread, record[0]) || at > room || length > room - at) continue;
    struct sockaddr_in to = endpoint(record[3], record[4]);
    (void)!sendto(record[0], bytes + at, length, MSG_DONTWAIT, (struct sockaddr *)&to, sizeof to);
  }
  return NULL;
}

static void end(napi_env env, void *data, void *hint) {
  Thread *thread = data;
  (void)env;
  (void)hint;
  for (size_t fd = 0; fd < thread->known; fd++)
    if (thread->ours[fd]) close((int)fd);
  if (thread->epoll >= 0) close(thread->epoll);
  free(thread->ours);
  free(thread);
}

NAPI_MODULE_INIT() {
  Thread *thread = calloc(1, sizeof *thread);
  if (thread) thread->epoll = epoll_create1(EPOLL_CLOEXEC);
  if (!thread || thread->epoll < 0 || napi_set_instance_data(env, thread, end, NULL) != napi_ok) {
    free(thread);
    napi_throw_error(env, NULL, "there is no memory, or no descriptor, for the sockets of a thread");
    return NULL;
  }
  const napi_property_descriptor functions[] = {
      {"open", NULL, open_socket, NULL, NULL, NULL, napi_enumerable, NULL},
      {"close", NULL, close_socket, NULL, NULL, NULL, napi_enumerable, NULL},
      {"receive", NULL, receive, NULL, NULL, NULL, napi_enumerable, NULL},
      {"send", NULL, send_all, NULL, NULL, NULL, napi_enumerable, NULL},
  };
  napi_define_properties(env, exports, sizeof functions / sizeof *functions, functions);
  return exports;
}
