// SPDX-License-Identifier: GPL-2.0-only
/*
 * incumbent LOCAL PORT SOURCE PORT DEST PORT: gives the distribution's own module (compiled with its
 * header) one flow in its table 0, with all its statistics, says so, and holds it until its input ends.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "xt_RTPENGINE.h"

static struct re_address address(const char *host, const char *port)
{
	struct re_address a = { .family = AF_INET, .port = (uint16_t)atoi(port) };

	inet_pton(AF_INET, host, &a.u.ipv4);
	return a;
}

static void give(int fd, const struct rtpengine_message *message)
{
	if (write(fd, message, sizeof(*message)) != (ssize_t)sizeof(*message)) {
		perror("incumbent: write");
		exit(1);
	}
}

int main(int argc, char **argv)
{
	static struct rtpengine_message noop, target, destination;
	struct rtpengine_target_info *t = &target.u.target;
	struct rtpengine_output_info *o = &destination.u.destination.output;
	int fd = open("/proc/rtpengine/control", O_WRONLY);

	if (argc != 7 || fd < 0 || write(fd, "add 0\n", 6) != 6) {
		perror("incumbent: table");
		return 1;
	}
	fd = open("/proc/rtpengine/0/control", O_RDWR);
	noop.cmd = REMG_NOOP;
	noop.u.noop.size = sizeof(noop);
	noop.u.noop.last_cmd = __REMG_LAST;
	give(fd, &noop);

	target.cmd = REMG_ADD_TARGET;
	t->local = address(argv[1], argv[2]);
	t->num_destinations = 1;
	t->decrypt.cipher = REC_NULL;
	t->decrypt.hmac = REH_NULL;
	t->ssrc[0] = htonl(0x11223344);
	t->payload_types[0].pt_num = 8;
	t->payload_types[0].clock_rate = 8000;
	t->num_payload_types = 1;
	t->rtp = t->pt_filter = t->track_ssrc = t->rtp_stats = 1;
	give(fd, &target);

	destination.cmd = REMG_ADD_DESTINATION;
	destination.u.destination.local = t->local;
	o->src_addr = address(argv[3], argv[4]);
	o->dst_addr = address(argv[5], argv[6]);
	o->encrypt.cipher = REC_NULL;
	o->encrypt.hmac = REH_NULL;
	give(fd, &destination);

	puts("ready");
	fflush(stdout);
	while (getchar() != EOF)
		;
	return 0;
}
