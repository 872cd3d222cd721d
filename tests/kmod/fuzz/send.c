// SPDX-License-Identifier: GPL-2.0-only
/*
 * send [--claim TABLE | --keep TABLE] FILE: gives the messages of FILE (fuzz/generate.py) to the family "rtpengine",
 * one after the other, and takes what comes back.  Every 1000 messages, and at the end, the family has
 * to answer a proper question.  Prints how many were accepted and refused, and how long it took; fails
 * when it stops answering, or when next to nothing was accepted or refused (then the run would have
 * tested only the first checks).  With --keep the table is claimed first and, as a message may delete
 * or abandon it, again and again.  With --claim the messages are proper ones for a table that is
 * claimed first, and none may be refused.
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "rtpengine.h"

#define SEQUENCE_OF_QUESTION 0x51554553u
#define LARGEST 65536

static unsigned long accepted, refused, other;

static int open_socket(void)
{
	struct sockaddr_nl any = { .nl_family = AF_NETLINK };
	int size = 1 << 22, fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);

	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (fd < 0 || bind(fd, (struct sockaddr *)&any, sizeof(any))) {
		perror("netlink");
		exit(1);
	}
	return fd;
}

struct question {
	struct nlmsghdr header;
	struct genlmsghdr generic;
	struct nlattr attribute;
	char data[16];
};

/* Takes all there is to take; with `wait`, until the answer to the question has come. */
static bool drain(int fd, bool wait, uint16_t *family)
{
	static char buffer[LARGEST] __attribute__((aligned(8)));
	struct pollfd ready = { .fd = fd, .events = POLLIN };

	while (poll(&ready, 1, wait ? 30000 : 0) > 0) {
		ssize_t got = recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT);
		struct nlmsghdr *h = (struct nlmsghdr *)buffer;

		if (got < 0 && errno != ENOBUFS && errno != EAGAIN)
			return false;
		for (; got > 0 && NLMSG_OK(h, (unsigned int)got); h = NLMSG_NEXT(h, got)) {
			struct nlmsgerr *e = NLMSG_DATA(h);

			if (h->nlmsg_seq == SEQUENCE_OF_QUESTION) {
				struct nlattr *a = (void *)((char *)NLMSG_DATA(h) + GENL_HDRLEN);
				char *end = (char *)h + h->nlmsg_len;

				if (h->nlmsg_type == NLMSG_ERROR)
					return e->error == 0;
				for (; family && (char *)(a + 1) <= end;
				     a = (void *)((char *)a + NLA_ALIGN(a->nla_len))) {
					if (a->nla_type == CTRL_ATTR_FAMILY_ID)
						memcpy(family, a + 1, sizeof(*family));
				}
			} else if (h->nlmsg_type == NLMSG_ERROR) {
				*(e->error ? &refused : &accepted) += 1;
			} else {
				other++;
			}
		}
	}
	return !wait;
}

static bool ask(int fd, uint16_t type, uint8_t command, const char *name, uint16_t *family)
{
	struct question q = { .header.nlmsg_type = type,
			      .header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
			      .header.nlmsg_seq = SEQUENCE_OF_QUESTION,
			      .header.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN),
			      .generic = { .cmd = command, .version = 1 } };

	if (name) {
		q.attribute.nla_type = CTRL_ATTR_FAMILY_NAME;
		q.attribute.nla_len = (uint16_t)(NLA_HDRLEN + strlen(name) + 1);
		strcpy(q.data, name);
		q.header.nlmsg_len += NLA_ALIGN(q.attribute.nla_len);
	}
	return send(fd, &q, q.header.nlmsg_len, 0) > 0 && drain(fd, true, family);
}

static bool claim(int fd, uint16_t family, uint32_t table)
{
	struct {
		struct nlmsghdr header;
		struct genlmsghdr generic;
		struct nlattr nest, id;
		uint32_t table;
	} q = { .header = { .nlmsg_type = family,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
			    .nlmsg_seq = SEQUENCE_OF_QUESTION,
			    .nlmsg_len = sizeof(q) },
		.generic = { .cmd = RTPENGINE_CMD_TABLE_CLAIM, .version = 1 },
		.nest = { .nla_type = NLA_F_NESTED | RTPENGINE_A_TABLE, .nla_len = 12 },
		.id = { .nla_type = RTPENGINE_TABLE_A_ID, .nla_len = 8 },
		.table = table };

	return send(fd, &q, sizeof(q), 0) > 0 && drain(fd, true, NULL);
}

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

int main(int argc, char **argv)
{
	static char message[LARGEST] __attribute__((aligned(8)));
	bool proper = argc == 4 && !strcmp(argv[1], "--claim");
	uint32_t table = argc == 4 ? (uint32_t)atol(argv[2]) : 0;
	FILE *file = argc >= 2 ? fopen(argv[argc - 1], "rb") : NULL;
	int fd = open_socket();
	unsigned long sent = 0;
	uint64_t began;
	uint16_t family = 0;
	uint32_t length;

	if (!file || !ask(fd, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, RTPENGINE_GENL_NAME, &family) ||
	    !family) {
		fprintf(stderr, "send: no file or no family\n");
		return 1;
	}
	if (argc == 4 && !claim(fd, family, table)) {
		fprintf(stderr, "send: table %u cannot be claimed\n", table);
		return 1;
	}
	began = now();
	while (fread(&length, sizeof(length), 1, file) == 1) {
		struct nlmsghdr *h = (struct nlmsghdr *)message;

		if (length > sizeof(message) || fread(message, length, 1, file) != 1)
			break;
		h->nlmsg_type = family;
		send(fd, message, length, MSG_DONTWAIT);
		drain(fd, false, NULL);
		if (argc == 4 && !proper && sent % 50 == 0)
			claim(fd, family, table);
		if (++sent % 1000 == 0 && !ask(fd, family, RTPENGINE_CMD_INFO_GET, NULL, NULL)) {
			fprintf(stderr, "send: no answer after %lu messages\n", sent);
			return 1;
		}
	}
	if (!ask(fd, family, RTPENGINE_CMD_INFO_GET, NULL, NULL))
		return 1;
	printf("%lu sent, %lu accepted, %lu refused, %lu other replies in %llu ns\n", sent, accepted,
	       refused, other, (unsigned long long)(now() - began));
	if (proper)
		return refused ? 1 : 0;
	return sent && accepted >= sent / 40 && refused >= sent / 10 ? 0 : 1;
}
