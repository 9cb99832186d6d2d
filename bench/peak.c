/*
 * How long does a program run, and how much memory does it hold at most? Runs it and writes seconds, KiB and the
 * seconds of processors that it took to a file; its exit status is the program's. Small itself, for what a process
 * holds when it is forked counts as its own.
 *
 * The kernel tells the peak of one process exactly. Of a program of several processes, such as Spin on two cores, it is
 * looked at every 10 ms: what each has alone, and what they share counted once.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/* Adds what a process and those below it hold alone; keeps the most that one of them shares. */
static void look(int process, long *alone, long *shared)
{
	char path[64], line[256];
	long kib;
	int child;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", process);
	file = fopen(path, "r");
	if (!file)
		return;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "RssAnon: %ld", &kib) == 1)
			*alone += kib;
		if (sscanf(line, "RssShmem: %ld", &kib) == 1 && kib > *shared)
			*shared = kib;
	}
	fclose(file);
	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", process, process);
	file = fopen(path, "r");
	if (!file)
		return;
	while (fscanf(file, "%d", &child) == 1)
		look(child, alone, shared);
	fclose(file);
}

int main(int argc, char **argv)
{
	const struct timespec pause = { .tv_nsec = 10000000 };
	struct rusage usage;
	sigset_t ended;
	long most = 0;
	double start = now();
	double cpu;
	int status;
	pid_t child;
	FILE *out;

	if (argc < 3)
		return 125;
	sigemptyset(&ended);
	sigaddset(&ended, SIGCHLD);
	sigprocmask(SIG_BLOCK, &ended, NULL);
	child = fork();
	if (child == 0) {
		sigprocmask(SIG_UNBLOCK, &ended, NULL);
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	if (child < 0)
		return 125;
	while (wait4(child, &status, WNOHANG, &usage) == 0) {
		long alone = 0, shared = 0;

		look(child, &alone, &shared);
		if (alone + shared > most)
			most = alone + shared;
		sigtimedwait(&ended, NULL, &pause);
	}
	if (usage.ru_maxrss > most)
		most = usage.ru_maxrss;
	cpu = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
	out = fopen(argv[1], "w");
	if (!out || fprintf(out, "%.3f %ld %.3f\n", now() - start, most, cpu) < 0 || fclose(out))
		return 125;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
