// SPDX-License-Identifier: GPL-2.0-only
/*
 * traffic PACKETS PORTS ADDRESS PORT [FILE]: sends RTP in a closed loop, and prints the nanoseconds.
 *
 * Packet n goes to PORT + n % PORTS.  On one CPU a packet has been through both devices and the relay
 * when sendto() returns, so that time divided by packets is the cost of all of it; under QEMU's
 * -icount a nanosecond is an instruction.  FILE has packets to be sent instead, each behind its
 * length (u16, host order).
 */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define PAYLOAD 160
#define LARGEST 2048

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

struct packet {
	uint16_t length;
	unsigned char data[LARGEST];
};

static struct packet *load(const char *path, long count)
{
	struct packet *packets = calloc((size_t)count, sizeof(*packets));
	FILE *file = path ? fopen(path, "rb") : NULL;

	for (long n = 0; packets && n < count; n++) {
		struct packet *p = &packets[n];
		uint16_t sequence = htons((uint16_t)n);
		uint32_t timestamp = htonl((uint32_t)n * PAYLOAD);

		if (path) {
			if (!file || fread(&p->length, 2, 1, file) != 1 || p->length > LARGEST ||
			    fread(p->data, p->length, 1, file) != 1)
				return NULL;
			continue;
		}
		p->length = 12 + PAYLOAD;
		memcpy(p->data, "\x80\x08\0\0\0\0\0\0\x11\x22\x33\x44", 12);
		memcpy(p->data + 2, &sequence, 2);
		memcpy(p->data + 4, &timestamp, 4);
		memset(p->data + 12, 0xd5, PAYLOAD);
	}
	return packets;
}

int main(int argc, char **argv)
{
	long count, ports, first;
	struct sockaddr_in to = { .sin_family = AF_INET };
	struct packet *packets;
	uint64_t began;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	int size = 1 << 20;

	if (argc < 5) {
		fprintf(stderr, "traffic PACKETS PORTS ADDRESS PORT [FILE]\n");
		return 2;
	}
	count = atol(argv[1]);
	ports = atol(argv[2]);
	first = atol(argv[4]);
	packets = load(argv[5], count);
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	if (!packets || fd < 0 || inet_pton(AF_INET, argv[3], &to.sin_addr) != 1) {
		fprintf(stderr, "traffic: no packets, no socket or no address\n");
		return 1;
	}
	began = now();
	for (long n = 0; n < count; n++) {
		to.sin_port = htons((uint16_t)(first + n % ports));
		if (sendto(fd, packets[n].data, packets[n].length, 0, (struct sockaddr *)&to,
			   sizeof(to)) < 0) {
			perror("traffic: sendto");
			return 1;
		}
	}
	printf("%llu\n", (unsigned long long)(now() - began));
	return 0;
}
