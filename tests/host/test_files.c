/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap.h"

/* A directory to serve beside one that must not be. */
static char root[] = "/tmp/tercet-files-XXXXXX";

static void tree_remove(void) {
    char command[100];

    snprintf(command, sizeof command, "chmod -R u+rwx %s; rm -rf %s", root, root);
    if (system(command) != 0) tap_note("%s stays", root);
}

static const char *tree(void) {
    static char served[PATH_MAX];
    char command[2000];

    if (served[0]) return served;
    if (!mkdtemp(root)) return NULL;
    atexit(tree_remove);
    snprintf(command, sizeof command,
             "cd %s && mkdir -p served/deep/er outside && printf hello >served/hello && "
             "printf page >served/deep/index && printf secret >outside/secret && "
             "ln -s ../outside served/out && ln -s ../outside/secret served/leak && "
             "ln -s deep served/in && ln -s hello served/same && ln -s /etc/passwd served/absolute && "
             "ln -s loop served/loop && mkfifo served/fifo && ln -s /proc/self/root served/magic",
             root);
    if (system(command) != 0) return NULL;
    snprintf(served, sizeof served, "%s/served", root);
    return served;
}

struct found {
    const char *path;
    int strict, walking; /* the answers wanted: 0 a file, 1 a directory, or -errno */
};

static const struct found founds[] = {
    {"hello",                     0,        0       },
    {"./hello",                   0,        0       },
    {"deep//index",               0,        0       },
    {"deep/./index",              0,        0       },
    {"",                          1,        1       },
    {".",                         1,        1       },
    {"deep",                      1,        1       },
    {"deep/",                     1,        1       },
    {"in/index",                  0,        -ENOTDIR},
    {"same",                      0,        -ELOOP  },
    {"deep/../hello",             0,        -EXDEV  },
    {"missing",                   -ENOENT,  -ENOENT },
    {"hello/",                    -ENOTDIR, -ENOTDIR},
    {"hello/x",                   -ENOTDIR, -ENOTDIR},
    {"..",                        -EXDEV,   -EXDEV  },
    {"../outside/secret",         -EXDEV,   -EXDEV  },
    {"deep/../../outside/secret", -EXDEV,   -EXDEV  },
    {"/etc/passwd",               -EXDEV,   -EXDEV  },
    {"out/secret",                -EXDEV,   -ENOTDIR},
    {"leak",                      -EXDEV,   -ELOOP  },
    {"absolute",                  -EXDEV,   -ELOOP  },
    {"magic/etc/passwd",          -EXDEV,   -ENOTDIR},
    {"loop",                      -ELOOP,   -ELOOP  },
    {"fifo",                      -EACCES,  -EACCES },
};

static int find(const struct files *files, const char *path) {
    struct file file;
    int error = files_find(files, path, &file);

    if (error) return file.fd == -1 ? error : -1000;
    int is_directory = file.is_directory;
    file_close(&file);
    return is_directory;
}

TEST(nothing_leads_out_of_the_directory)
{
    struct files files;

    if (!CHECK(tree() != NULL) || !CHECK_EQ(files_open(&files, tree()), 0)) return;
    if (files.is_walking) SKIP("this kernel has no openat2");
    for (size_t i = 0; i < sizeof founds / sizeof *founds; i++) {
        TEST_ROW ("'%s'", founds[i].path) {
            CHECK_EQ(find(&files, founds[i].path), founds[i].strict);
        }
    }
    files_close(&files);
}

TEST(without_openat2_links_are_refused_as_well)
{
    struct files files;

    if (!CHECK(tree() != NULL) || !CHECK_EQ(files_open(&files, tree()), 0)) return;
    files.is_walking = true;
    for (size_t i = 0; i < sizeof founds / sizeof *founds; i++) {
        TEST_ROW ("walking, '%s'", founds[i].path) {
            CHECK_EQ(find(&files, founds[i].path), founds[i].walking);
        }
    }
    files_close(&files);
}

TEST(a_name_too_long_is_said_so_and_no_descriptor_leaks)
{
    static char path[PATH_MAX + 10];
    struct files files;

    if (!CHECK(tree() != NULL) || !CHECK_EQ(files_open(&files, tree()), 0)) return;
    int next = dup(0);
    close(next);
    for (int walking = 0; walking < 2; walking++) {
        files.is_walking = walking;
        memset(path, 'n', NAME_MAX + 1);
        path[NAME_MAX + 1] = '\0';
        CHECK_EQ(find(&files, path), -ENAMETOOLONG);
        for (size_t i = 0; i + 5 < sizeof path; i += 5)
            memcpy(path + i, "deep/", 6);
        CHECK(find(&files, path) < 0);
    }
    int again = dup(0);
    CHECK_EQ(again, next);
    close(again);
    files_close(&files);
}

TEST(a_file_tells_its_size_and_gives_its_octets)
{
    struct files files;
    struct file file;
    char octets[100];

    if (!CHECK(tree() != NULL) || !CHECK_EQ(files_open(&files, tree()), 0)) return;
    CHECK_EQ(files_find(&files, "hello", &file), 0);
    CHECK_EQ(file.octets, 5);
    CHECK(file.modified_s > 1577836800);
    CHECK_EQ(file_read(&file, octets, sizeof octets, 0), 5);
    CHECK_MEM(octets, "hello", 5);
    CHECK_EQ(file_read(&file, octets, 2, 3), 2);
    CHECK_MEM(octets, "lo", 2);
    CHECK_EQ(file_read(&file, octets, 2, 5), 0);
    CHECK_EQ(file_read(&file, octets, 2, UINT64_MAX), 0);
    file_close(&file);
    files_close(&files);
    file_close(&file);
    files_close(&files);
}

TEST(a_place_that_is_no_directory_is_refused)
{
    struct files files;
    char path[PATH_MAX + 10];

    if (!CHECK(tree() != NULL)) return;
    CHECK_EQ(files_open(&files, "/nonexistent"), -ENOENT);
    snprintf(path, sizeof path, "%s/hello", tree());
    CHECK_EQ(files_open(&files, path), -ENOTDIR);
}

/* As an ordinary user, with the directory in @mode: what files_open answers. */
static int opened_by_nobody(mode_t mode) {
    int status = 0;

    if (chmod(root, 0755) != 0 || chmod(tree(), mode) != 0) return -1;
    pid_t pid = fork();
    if (pid == 0) {
        struct files files;

        if (setgid(65534) != 0 || setuid(65534) != 0) _exit(255);
        _exit(-files_open(&files, tree()));
    }
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(a_directory_that_may_not_be_read_or_searched_is_refused)
{
    if (!CHECK(tree() != NULL)) return;
    if (geteuid() != 0) SKIP("only root can become an ordinary user");
    CHECK_EQ(opened_by_nobody(0755), 0);
    CHECK_EQ(opened_by_nobody(0700), EACCES);
    CHECK_EQ(opened_by_nobody(0744), EACCES);
    CHECK_EQ(opened_by_nobody(0711), EACCES);
    CHECK_EQ(chmod(tree(), 0755), 0);
}
