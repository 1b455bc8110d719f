/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE /* memfd_create */
#include "cli/gnuplot.h"

#include "base/data_file.h"
#include "base/interrupt.h"
#include "base/whole_file.h"
#include "cli/svg_words.h"

#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* --- the program ------------------------------------------------------------------ */

/* This process's environment with the locale that scripts are written for, and no
 * terminal of the user's, which gnuplot may not have; NULL without memory. The caller
 * frees the array alone. */
static char **script_environment(void)
{
    extern char **environ;
    static char locale[] = "LC_ALL=C.UTF-8";
    size_t count = 0, kept = 0;
    while (environ[count])
        count++;
    char **copy = calloc(count + 2, sizeof *copy);
    for (size_t k = 0; copy && k < count; k++)
        if (strncmp(environ[k], "LC_ALL=", 7) != 0 &&
            strncmp(environ[k], "GNUTERM=", 8) != 0)
            copy[kept++] = environ[k];
    if (copy)
        copy[kept] = locale;
    return copy;
}

/* Its state when it has ended, which a signal to this process makes it do. Returns 0 or
 * an errno. */
static int wait_for(pid_t child, int *state)
{
    const struct timespec moment = {.tv_nsec = 2000000};
    for (;;) {
        const pid_t ended = waitpid(child, state, WNOHANG); /* it does not wait */
        if (ended != 0)
            return ended == child ? 0 : errno;
        /* A wait that lasts would miss a signal that comes just before it. */
        if (interrupt_pending())
            kill(child, SIGTERM);
        nanosleep(&moment, NULL);
    }
}

/* This program ignores the signal of a file that is too large; gnuplot, which does not
 * look whether it could write, must die of it. Returns 0 or an errno. */
static int default_signals(posix_spawnattr_t *attributes)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGXFSZ);
    const int failure = posix_spawnattr_setsigdefault(attributes, &signals);
    return failure ? failure
                   : posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGDEF);
}

/* Runs gnuplot on the script, its pictures into `picture`, NULL: it has none to write.
 * Returns 0 or an errno, -1 where gnuplot has failed and said why. */
static int run(FILE *script, FILE *picture, bool stays)
{
    char *arguments[] = {"gnuplot", "-d", stays ? "-p" : "-", stays ? "-" : NULL, NULL};
    struct sigaction unignored = {.sa_handler = SIG_DFL}, before;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    pid_t child;
    int state = 0;
    rewind(script);
    char **environment = script_environment();
    if (!environment)
        return ENOMEM;
    /* On Linux the two only fill their arguments. */
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    int failure = default_signals(&attributes);
    if (!failure)
        failure =
            posix_spawn_file_actions_adddup2(&actions, fileno(script), STDIN_FILENO);
    if (!failure)
        failure = posix_spawn_file_actions_adddup2(
            &actions, picture ? fileno(picture) : STDERR_FILENO, STDOUT_FILENO);
    /* Where it is ignored, as this process may have been started, nobody can wait. */
    sigaction(SIGCHLD, &unignored, &before);
    if (!failure)
        failure = posix_spawnp(&child, "gnuplot", &actions, &attributes, arguments,
                               environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    free(environment);
    if (!failure)
        failure = wait_for(child, &state);
    sigaction(SIGCHLD, &before, NULL);
    if (failure)
        return failure;
    return WIFEXITED(state) && WEXITSTATUS(state) == 0 ? 0 : -1;
}

/* A file without a name: in memory where the system has such, because the folder for
 * temporary files may be full; else there. NULL and errno if there is none. */
static FILE *open_scratch(void)
{
    const int descriptor = memfd_create("plot", MFD_CLOEXEC);
    FILE *file = descriptor < 0 ? NULL : fdopen(descriptor, "w+");
    if (descriptor >= 0 && !file)
        close(descriptor);
    return file ? file : tmpfile();
}

static int no_scratch(int failure, struct error *error)
{
    if (failure == ENOMEM)
        return error_memory(error, "the plot");
    return error_about(error, STATUS_OUTPUT, "plot",
                       "cannot use a temporary file for gnuplot: %s",
                       strerror(failure));
}

/* What has come of the writes to the script: 0 or an errno. */
static int script_failure(FILE *script)
{
    errno = 0;
    const bool failed = fflush(script) != 0 || ferror(script);
    return !failed ? 0 : errno ? errno : ENOSPC;
}

static int say_failure(int failure, struct error *error)
{
    if (failure == ENOMEM)
        return error_memory(error, "gnuplot");
    if (failure > 0)
        return error_about(error, STATUS_OUTPUT, "plot",
                           "cannot run gnuplot: %s; it is a package of its own",
                           strerror(failure));
    return error_about(error, STATUS_OUTPUT, "plot", "gnuplot has failed");
}

/* Writes a script that is installed with the programs. A script that one of its lines
 * loads takes the place of that line, so that the whole stands on its own. If stream is
 * NULL it only checks that all can be read. A failing stream is left to the caller. */
static int put_script(const char *name, FILE *stream, struct error *error)
{
    char loaded[32];
    struct data_file script;
    int status = data_file_open(&script, name, error);
    while (status == STATUS_OK &&
           (status = data_file_line(&script, error)) == STATUS_OK && script.line)
        if (sscanf(script.line, " load '%31[a-z./]'", loaded) == 1)
            status = put_script(loaded, stream, error);
        else if (stream)
            fputs(script.line, stream);
    data_file_close(&script);
    return status;
}

static const char drawing_script[] = "plots/table.gp";

/* --- where to --------------------------------------------------------------------- */

static bool is_set(const char *variable)
{
    const char *value = getenv(variable);
    return value && *value;
}

/* The terminal of gnuplot's that opens a window here; NULL if there is none.
 * STATUS_OUTPUT where there is no gnuplot. */
static int find_window(const char **window, struct error *error)
{
    static const char *const windows[] = {"qt", "wxt", "x11"};
    char words[4096] = " ";
    FILE *script = open_scratch(), *answer = script ? open_scratch() : NULL;
    int status = script && answer ? STATUS_OK : no_scratch(errno, error);
    *window = NULL;
    if (status != STATUS_OK)
        goto out;
    fputs("set print '-'\nprint GPVAL_TERMINALS\n", script);
    int failure = script_failure(script);
    if (failure) {
        status = no_scratch(failure, error);
        goto out;
    }
    failure = run(script, answer, false);
    if (failure) {
        status = say_failure(failure, error);
        goto out;
    }
    rewind(answer);
    words[1 + fread(words + 1, 1, sizeof words - 2, answer)] = '\0';
    if (ferror(answer)) {
        status = no_scratch(EIO, error);
        goto out;
    }
    for (size_t k = 0; k < 3 && !*window; k++) {
        char word[8];
        snprintf(word, sizeof word, " %s ", windows[k]);
        if (strstr(words, word) && (is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")))
            *window = windows[k];
    }
out:
    if (script)
        fclose(script);
    if (answer)
        fclose(answer);
    return status;
}

enum target { FILE_OF_GNUPLOT, FILE_OF_TEXT, FILE_OF_SCRIPT, TEXT, WINDOW, NOWHERE };

static enum target file_target(const char *where)
{
    const char *ending = strrchr(where, '.');
    if (!ending)
        return NOWHERE;
    return strcmp(ending, ".svg") == 0 || strcmp(ending, ".png") == 0 ||
                   strcmp(ending, ".pdf") == 0
               ? FILE_OF_GNUPLOT
           : strcmp(ending, ".txt") == 0 ? FILE_OF_TEXT
           : strcmp(ending, ".gp") == 0  ? FILE_OF_SCRIPT
                                         : NOWHERE;
}

/* Whether gnuplot's terminals decide where the plot goes. */
static bool asks_for_window(const char *where)
{
    return strcmp(where, "window") == 0 || strcmp(where, "auto") == 0;
}

static int find_target(const char *where, enum target *target, const char **window,
                       struct error *error)
{
    *window = NULL;
    *target = strcmp(where, "text") == 0 ? TEXT : file_target(where);
    if (!asks_for_window(where)) {
        if (*target != NOWHERE)
            return STATUS_OK;
        return error_about(error, STATUS_USAGE, "plot",
                           "'%.200s' is not allowed; allowed: auto, text, window "
                           "and files that end in .svg, .png, .pdf, .txt or .gp",
                           where);
    }
    const int status = find_window(window, error);
    *target = *window ? WINDOW : TEXT;
    if (status == STATUS_OK && *target == TEXT && strcmp(where, "window") == 0)
        return error_about(error, STATUS_OUTPUT, "plot",
                           "gnuplot finds no window to draw in; allowed besides: "
                           "text and files");
    return status;
}

/* It also looks for gnuplot and its script, so that no run is lost for want of them. */
int gnuplot_check(const char *where, struct error *error)
{
    enum target target;
    const char *window;
    int status = find_target(where, &target, &window, error);
    const bool asked = asks_for_window(where);
    if (status == STATUS_OK && !asked && target != FILE_OF_SCRIPT)
        status = find_window(&window, error);
    if (status == STATUS_OK)
        status = put_script(drawing_script, NULL, error);
    return status;
}

/* --- the picture ------------------------------------------------------------------ */

/* Columns and rows of the terminal. */
static void text_size(int *columns, int *rows)
{
    struct winsize size = {0};
    *columns = 79;
    *rows = 24;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        *columns = size.ws_col - 1;
        *rows = size.ws_row - 1 < 30 ? size.ws_row - 1 : 30;
    }
    *columns = *columns < 40 ? 40 : *columns > 120 ? 120 : *columns;
    *rows = *rows < 12 ? 12 : *rows;
}

/* Whether the locale lets standard error show UTF-8 (locale(7)). */
static bool speaks_utf8(void)
{
    const char *locale = is_set("LC_ALL")     ? getenv("LC_ALL")
                         : is_set("LC_CTYPE") ? getenv("LC_CTYPE")
                                              : getenv("LANG");
    return locale && (strstr(locale, "UTF-8") || strstr(locale, "utf8"));
}

/* The last line of a drawing in letters, which has no end of its own. */
static const char end_of_letters[] = "--- end of the drawing ---\n";

/* Whether gnuplot, which does not look whether it could write, has written the picture
 * to its end. */
static bool is_whole(FILE *picture, const char *where, enum target target)
{
    static const struct {
        const char *ending, *bytes;
        size_t size;
    } ends[] = {{".svg", "</svg>", 6},
                {".png", "IEND\xAE\x42\x60\x82", 8},
                {".pdf", "%%EOF", 5}};
    const char *end = end_of_letters;
    char last[64];
    size_t size = sizeof end_of_letters - 1, count;
    for (size_t k = 0; target == FILE_OF_GNUPLOT && k < 3; k++)
        if (strcmp(strrchr(where, '.'), ends[k].ending) == 0) {
            end = ends[k].bytes;
            size = ends[k].size;
        }
    if (fseek(picture, 0, SEEK_END) != 0)
        return false;
    const long length = ftell(picture);
    if (length < (long)size ||
        fseek(picture, length < 64 ? 0 : length - 64, SEEK_SET) != 0)
        return false;
    count = fread(last, 1, sizeof last, picture);
    while (target == FILE_OF_GNUPLOT && count > 0 && last[count - 1] == '\n')
        count--;
    return count >= size && memcmp(last + count - size, end, size) == 0;
}

/* Copies the bytes of a file. Returns 0 or an errno. */
static int copy(FILE *to, void *context)
{
    FILE *from = context;
    char piece[4096];
    size_t size;
    rewind(from);
    while ((size = fread(piece, 1, sizeof piece, from)) > 0)
        if (fwrite(piece, 1, size, to) != size)
            return errno;
    return ferror(from) ? EIO : 0;
}

/* Copies a drawing in letters, without blank lines, blanks at the ends of lines and
 * gnuplot's form feed. Returns 0 or an errno. */
static int copy_letters(FILE *to, void *context)
{
    FILE *from = context;
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length = 0;
    int failure = 0;
    rewind(from);
    errno = 0;
    while (!failure && (length = getline(&line, &capacity, from)) >= 0 &&
           strcmp(line, end_of_letters) != 0) {
        while (length > 0 && isspace((unsigned char)line[length - 1]))
            length--;
        line[length] = '\0';
        char *feed = strchr(line, '\f');
        if (feed)
            memmove(feed, feed + 1, strlen(feed));
        if (length > 0 && fprintf(to, "%s\n", line) < 0)
            failure = errno;
    }
    /* It may have ended early. */
    if (!failure && length < 0 && !feof(from))
        failure = errno ? errno : EIO;
    free(line);
    return failure;
}

/* The variables of the script that say how it draws. Sets view->line and view->plain.
 */
static void put_style(enum target target, const char *where, const char *window,
                      bool color, struct plot_view *view, FILE *stream)
{
    enum { SMALL_PRINT = 125 };
    int columns = 79, lines = 24;
    if (target == TEXT)
        text_size(&columns, &lines);
    view->line =
        target == TEXT || target == FILE_OF_TEXT ? (size_t)columns : SMALL_PRINT;
    view->plain = target == TEXT && !speaks_utf8();
    if (target == FILE_OF_SCRIPT)
        fprintf(stream, "# To a file: gnuplot -e 'set terminal svg; set output "
                        "\"out.svg\"' SCRIPT\nset termoption noenhanced\n");
    if (target == WINDOW)
        fprintf(stream, "set terminal %s noenhanced size 800,560\n", window);
    fprintf(stream, "ending = '%s'\nletters = %d\n",
            target == FILE_OF_GNUPLOT ? strrchr(where, '.') : "",
            target == TEXT || target == FILE_OF_TEXT);
    fprintf(stream, "text_columns = %d\ntext_lines = %d\ncolor = %d\n", columns, lines,
            target == TEXT && color);
}

/* Lets gnuplot draw what the script says. */
static int draw(FILE *script, FILE *picture, const char *where, enum target target,
                struct error *error)
{
    const int failure =
        run(script, target == WINDOW ? NULL : picture, target == WINDOW);
    if (failure)
        return say_failure(failure, error);
    if (target == WINDOW || is_whole(picture, where, target))
        return STATUS_OK;
    return error_about(error, STATUS_OUTPUT, "plot",
                       "gnuplot's picture is cut short; there may be no room for it");
}

/* Puts the picture where it is wanted. */
static int deliver(FILE *script, FILE *picture, const char *where, enum target target,
                   const char *title, const struct plot_view *view, struct error *error)
{
    struct svg_words words = {picture, title, view->command, view->version};
    if (target == WINDOW)
        return STATUS_OK;
    if (target == FILE_OF_GNUPLOT && strcmp(strrchr(where, '.'), ".svg") == 0)
        return whole_file_write("plot", where, svg_words_copy, &words, error);
    if (target != TEXT)
        return whole_file_write("plot", where,
                                target == FILE_OF_TEXT ? copy_letters : copy,
                                target == FILE_OF_SCRIPT ? script : picture, error);
    const int failure = copy_letters(stderr, picture);
    return failure
               ? error_about(error, STATUS_OUTPUT, "plot",
                             "cannot write to standard error: %s", strerror(failure))
               : STATUS_OK;
}

int gnuplot_draw(const struct plot_view *view, const char *where, bool color,
                 struct plot_extent *extent, struct error *error)
{
    struct plot_view own = *view;
    enum target target;
    const char *window;
    int failure, status = find_target(where, &target, &window, error);
    if (status != STATUS_OK)
        return status;
    FILE *script = open_scratch(), *picture = script ? open_scratch() : NULL;
    if (!script || !picture) {
        status = no_scratch(errno, error);
        goto out;
    }
    put_style(target, where, window, color, &own, script);
    status = plot_write(&own, script, extent, error);
    if (status == STATUS_OK)
        status = put_script(drawing_script, script, error);
    if (status != STATUS_OK)
        goto out;
    if (target == TEXT || target == FILE_OF_TEXT)
        fprintf(script, "set print '-'\nprint '%.*s'\n", (int)sizeof end_of_letters - 2,
                end_of_letters);
    failure = script_failure(script);
    if (failure) {
        status = no_scratch(failure, error);
        goto out;
    }
    if (target != FILE_OF_SCRIPT)
        status = draw(script, picture, where, target, error);
    if (status == STATUS_OK)
        status = deliver(script, picture, where, target, extent->title, view, error);
out:
    if (script)
        fclose(script);
    if (picture)
        fclose(picture);
    return status;
}
