/*
 * uml-xstate: lets the User-Mode Linux guest run on processors with AMX.
 *
 * UML saves and restores the registers of its processes with ptrace, in a buffer of
 * fixed size (2696 octets: all up to AVX-512). The host's kernel takes them back only in
 * its own full size, which is larger where the processor has AMX; the call fails with
 * EFAULT and the guest's first process dies. This library is loaded before libc into
 * linux.uml (LD_PRELOAD): it extends the buffer with zeros to the size that the host
 * wants. Nothing is lost, since no process inside asks for the right to use AMX.
 *
 * Built by tests/lab/run in the guest's private folder where the processor needs it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define XSTATE_NOTE ((void *)0x202) /* NT_X86_XSTATE */
#define XSTATE_BV   512             /* offset of the mask of components present */
#define AMX_BYTE    2               /* of that mask: components 17 and 18 */
#define AMX_BITS    0x06

static unsigned char area[1 << 16];
static size_t full_size;

static long raw(int request, pid_t pid, void *addr, void *data)
{
	return syscall(SYS_ptrace, (long)request, (long)pid, addr, data);
}

/* The size that the host wants; the area is left zeroed. */
static bool learn_size(pid_t pid)
{
	struct iovec v = {area, sizeof(area)};

	if (raw(PTRACE_GETREGSET, pid, XSTATE_NOTE, &v) < 0)
		return false;
	full_size = v.iov_len;
	memset(area, 0, sizeof(area));
	return true;
}

static long set_xstate(pid_t pid, struct iovec *given)
{
	struct iovec v = {area, 0};

	if (full_size == 0 && !learn_size(pid))
		return -1;
	if (given->iov_len >= full_size)
		return raw(PTRACE_SETREGSET, pid, XSTATE_NOTE, given);
	memcpy(area, given->iov_base, given->iov_len);
	area[XSTATE_BV + AMX_BYTE] &= (unsigned char)~AMX_BITS;
	v.iov_len = full_size;
	return raw(PTRACE_SETREGSET, pid, XSTATE_NOTE, &v);
}

/* The requests that answer with a value do so through `data` in the system call. */
static long peek(int request, pid_t pid, void *addr)
{
	long value;

	if (raw(request, pid, addr, &value) < 0)
		return -1;
	errno = 0;
	return value;
}

long ptrace(enum __ptrace_request request, ...)
{
	va_list ap;
	pid_t pid;
	void *addr;
	void *data;

	va_start(ap, request);
	pid = va_arg(ap, pid_t);
	addr = va_arg(ap, void *);
	data = va_arg(ap, void *);
	va_end(ap);
	if (request == PTRACE_PEEKTEXT || request == PTRACE_PEEKDATA || request == PTRACE_PEEKUSER)
		return peek(request, pid, addr);
	if (request == PTRACE_SETREGSET && addr == XSTATE_NOTE)
		return set_xstate(pid, data);
	return raw(request, pid, addr, data);
}
