/*
 * The kernel's GPIO character device (version 2 of its interface) as far as gongd uses it, on ordinary files, for
 * machines without pins. Preloaded into a real program that uses the real libraries; the directory is $GPIO_KERNEL:
 *
 *   gpiochipN  its content is the label of /dev/gpiochipN
 *   revision   what /proc/device-tree/system/linux,revision says
 *   levels     one character per line: '-' input, '0' or '1' output; it outlives processes, as a Raspberry Pi's does
 *   inputs     one character per line: what is wired to it
 *   lineN      a pipe; locked while somebody holds the line; edges are written into it as struct gpio_v2_line_event
 *   log        what happened: "17 1" an output got a level, "17 in" the line became an input
 *   held-up    while it is there, a thread that waits for edges stays in the kernel for so many milliseconds
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/gpio.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINES 54
#define REVISION "/proc/device-tree/system/linux,revision"

static int line_of[1024]; /* descriptor -> line + 1 */

static int true_open(const char *path, int flags, mode_t mode) {
    int (*next)(const char *, int, ...) = dlsym(RTLD_NEXT, "open");
    return next(path, flags, mode);
}

static int at(const char *name, int flags) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s", getenv("GPIO_KERNEL"), name);
    return true_open(path, flags | O_CLOEXEC, 0666);
}

static int redirected(const char *path, int flags, mode_t mode) {
    if (strncmp(path, "/dev/gpiochip", 13) == 0) return at(path + 5, flags);
    if (strcmp(path, REVISION) == 0) return at("revision", flags);
    return true_open(path, flags, mode);
}

static mode_t mode_of(int flags, va_list rest) { return flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0; }

#define OPENS(name)                                                                                                    \
    int name(const char *path, int flags, ...) {                                                                       \
        va_list rest;                                                                                                  \
        va_start(rest, flags);                                                                                         \
        mode_t mode = mode_of(flags, rest);                                                                            \
        va_end(rest);                                                                                                  \
        return redirected(path, flags, mode);                                                                          \
    }
OPENS(open)
OPENS(open64)

int ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask) {
    int (*next)(struct pollfd *, nfds_t, const struct timespec *, const sigset_t *) = dlsym(RTLD_NEXT, "ppoll");
    char text[16] = "";
    int fd = at("held-up", O_RDONLY);
    if (fd < 0) return next(fds, count, timeout, mask);
    struct timespec longer = {0, read(fd, text, sizeof text - 1) > 0 ? atol(text) * 1000000 : 0};
    close(fd);
    return next(fds, count, &longer, mask);
}

int __open_2(const char *path, int flags) { return redirected(path, flags, 0); }
int __open64_2(const char *path, int flags) { return redirected(path, flags, 0); }

static char peek(const char *name, int line) {
    char c = '-';
    int fd = at(name, O_RDONLY);
    if (pread(fd, &c, 1, line) != 1) abort();
    close(fd);
    return c;
}

static void become(int line, char level) {
    char text[32];
    int fd = at("levels", O_WRONLY), log = at("log", O_WRONLY | O_CREAT | O_APPEND);
    int size = level == '-' ? sprintf(text, "%d in\n", line) : sprintf(text, "%d %c\n", line, level);
    if (pwrite(fd, &level, 1, line) != 1 || write(log, text, size) != size) abort();
    close(fd);
    close(log);
}

static int refuse(int error) {
    errno = error;
    return -1;
}

static int is_clear(const void *bytes, size_t size) {
    for (const char *b = bytes; size--; b++)
        if (*b) return 0;
    return 1;
}

static int chip_info(int fd, struct gpiochip_info *info) {
    memset(info, 0, sizeof *info);
    if (pread(fd, info->label, sizeof info->label - 1, 0) < 0) return -1;
    info->lines = LINES;
    return 0;
}

static int open_line(int line) {
    char name[32], path[512];
    sprintf(name, "line%d", line);
    snprintf(path, sizeof path, "%s/%s", getenv("GPIO_KERNEL"), name);
    mkfifo(path, 0666);
    int fd = at(name, O_RDWR | O_NONBLOCK);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0) return fd;
    if (fd >= 0) close(fd);
    return -1;
}

static int line_info(struct gpio_v2_line_info *info) {
    int line = info->offset, fd = line < LINES ? open_line(line) : -1;
    if (line >= LINES) return refuse(EINVAL);
    memset(info, 0, sizeof *info);
    info->offset = line;
    info->flags = peek("levels", line) == '-' ? GPIO_V2_LINE_FLAG_INPUT : GPIO_V2_LINE_FLAG_OUTPUT;
    if (fd >= 0) return close(fd);
    info->flags |= GPIO_V2_LINE_FLAG_USED;
    strcpy(info->consumer, "somebody");
    return 0;
}

static int get_line(struct gpio_v2_line_request *request) {
    int line = request->offsets[0];
    struct gpio_v2_line_config *config = &request->config;
    if (request->num_lines != 1 || line >= LINES || config->num_attrs > GPIO_V2_LINE_NUM_ATTRS_MAX) return refuse(EINVAL);
    if (!is_clear(request->padding, sizeof request->padding) || !is_clear(config->padding, sizeof config->padding))
        return refuse(EINVAL);
    int fd = open_line(line);
    if (fd < 0) return refuse(EBUSY);
    if (config->flags & GPIO_V2_LINE_FLAG_OUTPUT) {
        struct gpio_v2_line_config_attribute *first = &config->attrs[0];
        int given = config->num_attrs && first->attr.id == GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES && first->mask & 1;
        int active = given && first->attr.values & 1, low = !!(config->flags & GPIO_V2_LINE_FLAG_ACTIVE_LOW);
        become(line, '0' + (active ^ low));
    } else if (peek("levels", line) != '-') {
        become(line, '-');
    }
    line_of[fd] = line + 1;
    request->fd = fd;
    return 0;
}

static int get_values(int line, struct gpio_v2_line_values *values) {
    char level = peek("levels", line);
    values->bits = (level == '-' ? peek("inputs", line) : level) == '1';
    return 0;
}

static int set_values(int line, struct gpio_v2_line_values *values) {
    if (peek("levels", line) == '-') return refuse(EPERM);
    become(line, '0' + (values->bits & 1));
    return 0;
}

int ioctl(int fd, unsigned long request, ...) {
    va_list rest;
    va_start(rest, request);
    void *argument = va_arg(rest, void *);
    va_end(rest);
    request = (unsigned int)request;
    switch (request) {
    case GPIO_GET_CHIPINFO_IOCTL: return chip_info(fd, argument);
    case GPIO_V2_GET_LINEINFO_IOCTL: return line_info(argument);
    case GPIO_V2_GET_LINE_IOCTL: return get_line(argument);
    case GPIO_V2_LINE_GET_VALUES_IOCTL: return get_values(line_of[fd] - 1, argument);
    case GPIO_V2_LINE_SET_VALUES_IOCTL: return set_values(line_of[fd] - 1, argument);
    }
    int (*next)(int, unsigned long, ...) = dlsym(RTLD_NEXT, "ioctl");
    return next(fd, request, argument);
}
