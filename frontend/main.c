/*
 * The kcc command: picks what argv names and runs it.
 *
 * Exit status: 0 done, 1 the input or the run is at fault, 2 usage, 130 stopped by Ctrl-C.
 */
#include "cli.h"
#include "json_cursor.h"
#include "leftovers.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

/* Until a session can be stopped between two batches there is nothing to save: end at once, leaving nothing half
 * done, and with the status the contract names instead of death by signal. */
static void end_at_once(int number) {
    kcc_leftovers_end();
    if (number == SIGINT) kcc_end_stopped();
    signal(number, SIG_DFL);
    raise(number);
}

static int print_text(kcc_text *text) {
    if (!text->failed && text->data) fputs(text->data, stdout);
    bool failed = text->failed;
    kcc_text_free(text);
    return failed ? KCC_EXIT_FAILED : KCC_EXIT_DONE;
}

/* A first word that is no command is a model, unless it can only be meant as a command. */
static bool is_misspelt(const char *word) {
    return word[0] != '-' && !strpbrk(word, "./") && access(word, F_OK) != 0;
}

static int say_unknown(const char *word) {
    const char *names[32];
    int n = 0;
    for (int i = 1; i < kcc_command_count && n < 32; i++) names[n++] = kcc_commands[i].name;
    const char *near = kcc_nearest(word, n, names);
    if (near) return kcc_cli_usage(NULL, "unknown command \"%.60s\"; did you mean \"%s\"?", word, near);
    return kcc_cli_usage(NULL, "\"%.60s\" is no command and no file", word);
}

static int run_command(const kcc_command *command, int argc, const char *const *argv) {
    kcc_arguments arguments;
    kcc_error error = {0};
    kcc_status status = kcc_arguments_parse(command, argc, argv, &arguments, &error);
    int result;
    if (status == KCC_OK && arguments.help) {
        kcc_text text = {0};
        kcc_command_help(command, &text);
        result = print_text(&text);
    } else if (status == KCC_OK) {
        kcc_cli_check_debug();
        result = command->run(&arguments);
    } else {
        result = kcc_cli_usage(command, "%s", error.message);
    }
    kcc_arguments_free(&arguments);
    return result;
}

static int run_words(int argc, char **argv) {
    if (argc < 2) return kcc_cli_usage(NULL, "no command and no model is given");
    const char *word = argv[1];
    bool alone = argc == 2;
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0) {
        const kcc_command *command = alone ? NULL : kcc_command_find(argv[2]);
        kcc_text text = {0};
        if (command)
            kcc_command_help(command, &text);
        else
            kcc_general_help(&text);
        return print_text(&text);
    }
    if (strcmp(word, "--version") == 0) {
        kcc_text text = {0};
        kcc_text_add(&text, "kcc %s\n", kcc_version());
        return print_text(&text);
    }
    const kcc_command *command = kcc_command_find(word);
    if (command) return run_command(command, argc - 2, (const char *const *)argv + 2);
    if (is_misspelt(word) && strcmp(word, "MODEL") != 0) return say_unknown(word);
    return run_command(&kcc_commands[0], argc - 1, (const char *const *)argv + 1);
}

int main(int argc, char **argv) {
    signal(SIGINT, end_at_once);
    signal(SIGTERM, end_at_once);
    if (signal(SIGHUP, end_at_once) == SIG_IGN) signal(SIGHUP, SIG_IGN); /* nohup */
    signal(SIGXFSZ, SIG_IGN); /* a file past the limit is an error of its write, with a message */
    int result = run_words(argc, argv);
    bool lost = fflush(stdout) != 0 || ferror(stdout);
    if (result != KCC_EXIT_DONE || !lost) return result;
    kcc_error error = {0};
    return kcc_cli_report(kcc_fail(&error, KCC_EIO, "stdout", "", "cannot write what was to be said"),
                          &error);
}
