// The yardstick: what a plain program does with libsodium and nothing else. No names, no policy, no log.
//
//   bench-plain put KEYFILE IN OUT     encrypt IN to OUT in 64 KiB chunks, write, fsync
//   bench-plain get KEYFILE IN OUT     read, decrypt, write, fsync
//   bench-plain files KEYFILE DIR OUT  each file of DIR: encrypt, write, fsync, and fsync of the folder for its entry
//   bench-plain fsync OUT COUNT        append 4 KiB and fsync, COUNT times
//
// At its end it says how much memory it held at most: `peak-memory-kib: N`.
#define _GNU_SOURCE 1
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK 65536
#define TAGGED (CHUNK + crypto_secretstream_xchacha20poly1305_ABYTES)

static void die(const char *what) { perror(what); exit(1); }

static size_t read_full(int fd, unsigned char *to, size_t count) {
    size_t done = 0;
    while (done < count) {
        ssize_t n = read(fd, to + done, count - done);
        if (n < 0) { if (errno == EINTR) continue; die("read"); }
        if (n == 0) break;
        done += (size_t)n;
    }
    return done;
}

static void write_full(int fd, const unsigned char *from, size_t count) {
    while (count > 0) {
        ssize_t n = write(fd, from, count);
        if (n < 0) { if (errno == EINTR) continue; die("write"); }
        from += n;
        count -= (size_t)n;
    }
}

static int open_in(const char *path) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) die(path);
    return fd;
}

static int open_out(const char *path) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) die(path);
    return fd;
}

static void load_key(const char *path, unsigned char *key) {
    int fd = open_in(path);
    if (read_full(fd, key, crypto_secretstream_xchacha20poly1305_KEYBYTES) != crypto_secretstream_xchacha20poly1305_KEYBYTES) {
        fprintf(stderr, "the key file is too short\n");
        exit(1);
    }
    close(fd);
}

static void put(const unsigned char *key, int in, int out) {
    static unsigned char plain[2][CHUNK], sealed[TAGGED];
    unsigned char header[crypto_secretstream_xchacha20poly1305_HEADERBYTES];
    crypto_secretstream_xchacha20poly1305_state state;
    crypto_secretstream_xchacha20poly1305_init_push(&state, header, key);
    write_full(out, header, sizeof header);
    int now = 0;
    size_t count = read_full(in, plain[now], CHUNK);
    for (;;) {
        size_t next = count == CHUNK ? read_full(in, plain[!now], CHUNK) : 0;
        unsigned char tag = next == 0 ? crypto_secretstream_xchacha20poly1305_TAG_FINAL : 0;
        unsigned long long length;
        crypto_secretstream_xchacha20poly1305_push(&state, sealed, &length, plain[now], count, NULL, 0, tag);
        write_full(out, sealed, (size_t)length);
        if (next == 0) break;
        now = !now;
        count = next;
    }
    if (fsync(out)) die("fsync");
}

static void get(const unsigned char *key, int in, int out) {
    static unsigned char plain[CHUNK], sealed[TAGGED];
    unsigned char header[crypto_secretstream_xchacha20poly1305_HEADERBYTES], tag = 0;
    crypto_secretstream_xchacha20poly1305_state state;
    if (read_full(in, header, sizeof header) != sizeof header || crypto_secretstream_xchacha20poly1305_init_pull(&state, header, key)) exit(1);
    while (tag != crypto_secretstream_xchacha20poly1305_TAG_FINAL) {
        size_t count = read_full(in, sealed, TAGGED);
        unsigned long long length;
        if (crypto_secretstream_xchacha20poly1305_pull(&state, plain, &length, &tag, sealed, count, NULL, 0)) {
            fprintf(stderr, "does not decrypt\n");
            exit(1);
        }
        write_full(out, plain, (size_t)length);
    }
    if (fsync(out)) die("fsync");
}

static void sync_folder(const char *path) {
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd)) die("folder");
    close(fd);
}

// Out of /proc and not getrusage(2), which counts in what the program held that started this one.
static int told(void) {
    char line[256];
    long peak = 0;
    FILE *status = fopen("/proc/self/status", "r");
    while (status && fgets(line, sizeof line, status))
        if (sscanf(line, "VmHWM: %ld kB", &peak) == 1) break;
    if (status) fclose(status);
    printf("peak-memory-kib: %ld\n", peak);
    return 0;
}

int main(int argc, char **argv) {
    unsigned char key[crypto_secretstream_xchacha20poly1305_KEYBYTES];
    if (sodium_init() < 0) return 1;
    if (argc == 4 && !strcmp(argv[1], "fsync")) {
        static unsigned char page[4096];
        int fd = open_out(argv[2]);
        for (long i = atol(argv[3]); i > 0; i--) {
            write_full(fd, page, sizeof page);
            if (fdatasync(fd)) die("fdatasync");
        }
        return told();
    }
    if (argc != 5) { fprintf(stderr, "see the head of plain.c\n"); return 2; }
    load_key(argv[2], key);
    if (!strcmp(argv[1], "files")) {
        DIR *folder = opendir(argv[3]);
        if (!folder) die(argv[3]);
        if (mkdir(argv[4], 0700) && errno != EEXIST) die(argv[4]);
        for (struct dirent *entry; (entry = readdir(folder));) {
            char from[4096], to[4096];
            if (entry->d_name[0] == '.') continue;
            snprintf(from, sizeof from, "%s/%s", argv[3], entry->d_name);
            snprintf(to, sizeof to, "%s/%s", argv[4], entry->d_name);
            int in = open_in(from), out = open_out(to);
            put(key, in, out);
            close(in);
            close(out);
            sync_folder(argv[4]);
        }
        closedir(folder);
        return told();
    }
    int in = open_in(argv[3]), out = open_out(argv[4]);
    if (!strcmp(argv[1], "put")) put(key, in, out);
    else get(key, in, out);
    close(in);
    close(out);
    return told();
}
