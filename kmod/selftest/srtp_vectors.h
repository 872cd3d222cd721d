/* SPDX-License-Identifier: GPL-2.0-only */
/* Made by tests/kmod/srtp/make_vectors.cc from the user-space implementation. */
#include "../uapi/rtpengine.h"

static const struct srtp_vector {
	u8 suite, seed, mki_len;
	bool rtcp, unencrypted;
	u64 index;	/* of the packet: ROC << 16 | sequence number, or SRTCP's */
	const char *plain, *sealed;
} srtp_vectors[] = {
	{
		.suite = RTPENGINE_SRTP_AES_CM_128_HMAC_SHA1_80, .seed = 1, .rtcp = false,
		.index = 0x1234, .mki_len = 0, .unencrypted = false,
		.plain =
			"80081234decafbadcafebabeabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbe",
		.sealed =
			"80081234decafbadcafebabe610c6160cde39183d0343b25410dcb675600f119"
			"dd335fc8c356597f2fca",
	},
	{
		.suite = RTPENGINE_SRTP_AES_CM_128_HMAC_SHA1_80, .seed = 2, .rtcp = false,
		.index = 0x10203041234, .mki_len = 4, .unencrypted = false,
		.plain =
			"91081234decafbadcafebabe00010203bede000210aa000021bbcc00abacadae"
			"afb0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacb",
		.sealed =
			"91081234decafbadcafebabe00010203bede000210aa000021bbcc0080bc129f"
			"3d3ab89061c735422030c67aecd82c9c8d1d8b564e3b99aa5ee76c103df0f1f2"
			"f3904a2f3ff41382dc2eb1",
	},
	{
		.suite = RTPENGINE_SRTP_AES_CM_128_HMAC_SHA1_80, .seed = 3, .rtcp = true,
		.index = 0x5, .mki_len = 0, .unencrypted = false,
		.plain =
			"80c80006cafebabe404142434445464748494a4b4c4d4e4f50515253",
		.sealed =
			"80c80006cafebabecf77f164aa271c9f235630b9d8dc6f83de1b454880000005"
			"b2e1354f2a3952588d59",
	},
	{
		.suite = RTPENGINE_SRTP_AES_CM_128_HMAC_SHA1_80, .seed = 4, .rtcp = true,
		.index = 0x7ffffffe, .mki_len = 1, .unencrypted = false,
		.plain =
			"80c80006cafebabe404142434445464748494a4b4c4d4e4f50515253",
		.sealed =
			"80c80006cafebabe057734a64569a41538aca4a76b42afbb8023e2dffffffffe"
			"f021fec217fe2ef5a81097",
	},
	{
		.suite = RTPENGINE_SRTP_AES_CM_128_HMAC_SHA1_80, .seed = 5, .rtcp = false,
		.index = 0x11234, .mki_len = 0, .unencrypted = true,
		.plain =
			"80081234decafbadcafebabeabacadaeafb0b1",
		.sealed =
			"80081234decafbadcafebabeabacadaeafb0b1b1363377b0ffd7332284",
	},
	{
		.suite = RTPENGINE_SRTP_AES_CM_128_HMAC_SHA1_80, .seed = 6, .rtcp = true,
		.index = 0x0, .mki_len = 0, .unencrypted = true,
		.plain =
			"80c80006cafebabe404142434445464748494a4b4c4d4e4f50515253",
		.sealed =
			"80c80006cafebabe404142434445464748494a4b4c4d4e4f5051525300000000"
			"3de6ce112c4a74b5f626",
	},
	{
		.suite = RTPENGINE_SRTP_AES_CM_128_HMAC_SHA1_32, .seed = 7, .rtcp = false,
		.index = 0x1234, .mki_len = 0, .unencrypted = false,
		.plain =
			"80081234decafbadcafebabeabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbe",
		.sealed =
			"80081234decafbadcafebabe8d189562fa6fad9f5e60a29290ce8eecb0860200"
			"ebac6e01",
	},
	{
		.suite = RTPENGINE_SRTP_AES_CM_128_HMAC_SHA1_32, .seed = 8, .rtcp = false,
		.index = 0x10203041234, .mki_len = 4, .unencrypted = false,
		.plain =
			"91081234decafbadcafebabe00010203bede000210aa000021bbcc00abacadae"
			"afb0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacb",
		.sealed =
			"91081234decafbadcafebabe00010203bede000210aa000021bbcc0071a5b6bc"
			"7678730921e287d096e4c2b007d67051ca033a84b4b6b20a4244322578f0f1f2"
			"f3d8a83b85",
	},
	{
		.suite = RTPENGINE_SRTP_AES_CM_128_HMAC_SHA1_32, .seed = 9, .rtcp = true,
		.index = 0x5, .mki_len = 0, .unencrypted = false,
		.plain =
			"80c80006cafebabe404142434445464748494a4b4c4d4e4f50515253",
		.sealed =
			"80c80006cafebabe9bd17cc3f0643405d92d3b94ea4b9611e00e305680000005"
			"ca4fe2373054c4420b9d",
	},
	{
		.suite = RTPENGINE_SRTP_AES_CM_128_HMAC_SHA1_32, .seed = 10, .rtcp = true,
		.index = 0x7ffffffe, .mki_len = 1, .unencrypted = false,
		.plain =
			"80c80006cafebabe404142434445464748494a4b4c4d4e4f50515253",
		.sealed =
			"80c80006cafebabe21a77c3b7b2cdd8e3b91ae29c80155fd3751df37fffffffe"
			"f03180b727b3462db2bf88",
	},
	{
		.suite = RTPENGINE_SRTP_AES_CM_128_HMAC_SHA1_32, .seed = 11, .rtcp = false,
		.index = 0x11234, .mki_len = 0, .unencrypted = true,
		.plain =
			"80081234decafbadcafebabeabacadaeafb0b1",
		.sealed =
			"80081234decafbadcafebabeabacadaeafb0b12fa95a4e",
	},
	{
		.suite = RTPENGINE_SRTP_AES_CM_128_HMAC_SHA1_32, .seed = 12, .rtcp = true,
		.index = 0x0, .mki_len = 0, .unencrypted = true,
		.plain =
			"80c80006cafebabe404142434445464748494a4b4c4d4e4f50515253",
		.sealed =
			"80c80006cafebabe404142434445464748494a4b4c4d4e4f5051525300000000"
			"9f1a1645bb21aba019f9",
	},
	{
		.suite = RTPENGINE_SRTP_AES_192_CM_HMAC_SHA1_80, .seed = 13, .rtcp = false,
		.index = 0x1234, .mki_len = 0, .unencrypted = false,
		.plain =
			"80081234decafbadcafebabeabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbe",
		.sealed =
			"80081234decafbadcafebabe4f3e09d3d341b17ebfad5cf2db609a1f0d3d2e8d"
			"8e792d0285ec876b20b7",
	},
	{
		.suite = RTPENGINE_SRTP_AES_192_CM_HMAC_SHA1_80, .seed = 14, .rtcp = false,
		.index = 0x10203041234, .mki_len = 4, .unencrypted = false,
		.plain =
			"91081234decafbadcafebabe00010203bede000210aa000021bbcc00abacadae"
			"afb0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacb",
		.sealed =
			"91081234decafbadcafebabe00010203bede000210aa000021bbcc001ef5f722"
			"26b38778f6c2fad4230d76c6b9335d5def578065438cc3e5713dc54859f0f1f2"
			"f35bae0a59ccf329e4441e",
	},
	{
		.suite = RTPENGINE_SRTP_AES_192_CM_HMAC_SHA1_80, .seed = 15, .rtcp = true,
		.index = 0x5, .mki_len = 0, .unencrypted = false,
		.plain =
			"80c80006cafebabe404142434445464748494a4b4c4d4e4f50515253",
		.sealed =
			"80c80006cafebabea6551c18286ceebcbb8e076314ef99b28e03fd7780000005"
			"5f70c06bbfadb86189e0",
	},
	{
		.suite = RTPENGINE_SRTP_AES_192_CM_HMAC_SHA1_80, .seed = 16, .rtcp = true,
		.index = 0x7ffffffe, .mki_len = 1, .unencrypted = false,
		.plain =
			"80c80006cafebabe404142434445464748494a4b4c4d4e4f50515253",
		.sealed =
			"80c80006cafebabe170f27475f8a893a09cb083885ff6f2b8c389f48fffffffe"
			"f00124ac68da849685dda7",
	},
	{
		.suite = RTPENGINE_SRTP_AES_192_CM_HMAC_SHA1_80, .seed = 17, .rtcp = false,
		.index = 0x11234, .mki_len = 0, .unencrypted = true,
		.plain =
			"80081234decafbadcafebabeabacadaeafb0b1",
		.sealed =
			"80081234decafbadcafebabeabacadaeafb0b192af32198cb37bf9d583",
	},
	{
		.suite = RTPENGINE_SRTP_AES_192_CM_HMAC_SHA1_80, .seed = 18, .rtcp = true,
		.index = 0x0, .mki_len = 0, .unencrypted = true,
		.plain =
			"80c80006cafebabe404142434445464748494a4b4c4d4e4f50515253",
		.sealed =
			"80c80006cafebabe404142434445464748494a4b4c4d4e4f5051525300000000"
			"42b0a55c651249ff40f0",
	},
	{
		.suite = RTPENGINE_SRTP_AES_192_CM_HMAC_SHA1_32, .seed = 19, .rtcp = false,
		.index = 0x1234, .mki_len = 0, .unencrypted = false,
		.plain =
			"80081234decafbadcafebabeabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbe",
		.sealed =
			"80081234decafbadcafebabe2494598347eb9729f1f3c9b07789d3efebd28580"
			"5d5a4aa4",
	},
	{
		.suite = RTPENGINE_SRTP_AES_192_CM_HMAC_SHA1_32, .seed = 20, .rtcp = false,
		.index = 0x10203041234, .mki_len = 4, .unencrypted = false,
		.plain =
			"91081234decafbadcafebabe00010203bede000210aa000021bbcc00abacadae"
			"afb0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacb",
		.sealed =
			"91081234decafbadcafebabe00010203bede000210aa000021bbcc007a07b01b"
			"5d4636bfe76f2cc4c0666d5359ea5fbe511ccccb9f03d088b80081e99cf0f1f2"
			"f3f1386b55",
	},
	{
		.suite = RTPENGINE_SRTP_AES_192_CM_HMAC_SHA1_32, .seed = 21, .rtcp = true,
		.index = 0x5, .mki_len = 0, .unencrypted = false,
		.plain =
			"80c80006cafebabe404142434445464748494a4b4c4d4e4f50515253",
		.sealed =
			"80c80006cafebabe89e79b2dfc992aa18d8b9db5389d8be26061162b80000005"
			"05e8aa7f1f389fab4c08",
	},
	{
		.suite = RTPENGINE_SRTP_AES_192_CM_HMAC_SHA1_32, .seed = 22, .rtcp = true,
		.index = 0x7ffffffe, .mki_len = 1, .unencrypted = false,
		.plain =
			"80c80006cafebabe404142434445464748494a4b4c4d4e4f50515253",
		.sealed =
			"80c80006cafebabe4d63faa1ea9a43ba0552d9f8d48ddfa6917a9cc4fffffffe"
			"f0cc410231f0d363323b14",
	},
	{
		.suite = RTPENGINE_SRTP_AES_192_CM_HMAC_SHA1_32, .seed = 23, .rtcp = false,
		.index = 0x11234, .mki_len = 0, .unencrypted = true,
		.plain =
			"80081234decafbadcafebabeabacadaeafb0b1",
		.sealed =
			"80081234decafbadcafebabeabacadaeafb0b1952dd0dd",
	},
	{
		.suite = RTPENGINE_SRTP_AES_192_CM_HMAC_SHA1_32, .seed = 24, .rtcp = true,
		.index = 0x0, .mki_len = 0, .unencrypted = true,
		.plain =
			"80c80006cafebabe404142434445464748494a4b4c4d4e4f50515253",
		.sealed =
			"80c80006cafebabe404142434445464748494a4b4c4d4e4f5051525300000000"
			"151f8c661f27bccb25fa",
	},
	{
		.suite = RTPENGINE_SRTP_AES_256_CM_HMAC_SHA1_80, .seed = 25, .rtcp = false,
		.index = 0x1234, .mki_len = 0, .unencrypted = false,
		.plain =
			"80081234decafbadcafebabeabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbe",
		.sealed =
			"80081234decafbadcafebabe26194d1ca3c8c436ae2fdbf751e517ffb9f6bdff"
			"e301cf23e367fef5cf58",
	},
	{
		.suite = RTPENGINE_SRTP_AES_256_CM_HMAC_SHA1_80, .seed = 26, .rtcp = false,
		.index = 0x10203041234, .mki_len = 4, .unencrypted = false,
		.plain =
			"91081234decafbadcafebabe00010203bede000210aa000021bbcc00abacadae"
			"afb0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacb",
		.sealed =
			"91081234decafbadcafebabe00010203bede000210aa000021bbcc00f5e27ce9"
			"af145364d14b1d39633f9e80813879cca856f6db7354962300558679f0f0f1f2"
			"f3770baa0ed10b6c600a76",
	},
	{
		.suite = RTPENGINE_SRTP_AES_256_CM_HMAC_SHA1_80, .seed = 27, .rtcp = true,
		.index = 0x5, .mki_len = 0, .unencrypted = false,
		.plain =
			"80c80006cafebabe404142434445464748494a4b4c4d4e4f50515253",
		.sealed =
			"80c80006cafebabe7e2fceafa08b80d4982882af4b4d8bccdae023d880000005"
			"ba204c9037f86c6abd12",
	},
	{
		.suite = RTPENGINE_SRTP_AES_256_CM_HMAC_SHA1_80, .seed = 28, .rtcp = true,
		.index = 0x7ffffffe, .mki_len = 1, .unencrypted = false,
		.plain =
			"80c80006cafebabe404142434445464748494a4b4c4d4e4f50515253",
		.sealed =
			"80c80006cafebabed5a537277c9c2f6b5ecf5efbbff27f2b91c3bf15fffffffe"
			"f0b544e65be685daa3545d",
	},
	{
		.suite = RTPENGINE_SRTP_AES_256_CM_HMAC_SHA1_80, .seed = 29, .rtcp = false,
		.index = 0x11234, .mki_len = 0, .unencrypted = true,
		.plain =
			"80081234decafbadcafebabeabacadaeafb0b1",
		.sealed =
			"80081234decafbadcafebabeabacadaeafb0b18e3ffb871eb228f0bb5b",
	},
	{
		.suite = RTPENGINE_SRTP_AES_256_CM_HMAC_SHA1_80, .seed = 30, .rtcp = true,
		.index = 0x0, .mki_len = 0, .unencrypted = true,
		.plain =
			"80c80006cafebabe404142434445464748494a4b4c4d4e4f50515253",
		.sealed =
			"80c80006cafebabe404142434445464748494a4b4c4d4e4f5051525300000000"
			"984d2fa1ca7f6d25f414",
	},
	{
		.suite = RTPENGINE_SRTP_AES_256_CM_HMAC_SHA1_32, .seed = 31, .rtcp = false,
		.index = 0x1234, .mki_len = 0, .unencrypted = false,
		.plain =
			"80081234decafbadcafebabeabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbe",
		.sealed =
			"80081234decafbadcafebabeaca1ff786eead9e3d049a46cbbf7d3ed58f1700a"
			"f170144c",
	},
	{
		.suite = RTPENGINE_SRTP_AES_256_CM_HMAC_SHA1_32, .seed = 32, .rtcp = false,
		.index = 0x10203041234, .mki_len = 4, .unencrypted = false,
		.plain =
			"91081234decafbadcafebabe00010203bede000210aa000021bbcc00abacadae"
			"afb0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacb",
		.sealed =
			"91081234decafbadcafebabe00010203bede000210aa000021bbcc00fb69a899"
			"7619626088ad45e76cb3155bf0ff52de7baa5b2e134e925b1193e30639f0f1f2"
			"f3a360df8f",
	},
	{
		.suite = RTPENGINE_SRTP_AES_256_CM_HMAC_SHA1_32, .seed = 33, .rtcp = true,
		.index = 0x5, .mki_len = 0, .unencrypted = false,
		.plain =
			"80c80006cafebabe404142434445464748494a4b4c4d4e4f50515253",
		.sealed =
			"80c80006cafebabee8911fc6e1585dc9d2e727b296b9e12b460120b580000005"
			"2280d36f6f5b165943c1",
	},
	{
		.suite = RTPENGINE_SRTP_AES_256_CM_HMAC_SHA1_32, .seed = 34, .rtcp = true,
		.index = 0x7ffffffe, .mki_len = 1, .unencrypted = false,
		.plain =
			"80c80006cafebabe404142434445464748494a4b4c4d4e4f50515253",
		.sealed =
			"80c80006cafebabee7d9303c75558337f46f2020478297faee138b57fffffffe"
			"f0bfa0d4f2170d5d0f14ac",
	},
	{
		.suite = RTPENGINE_SRTP_AES_256_CM_HMAC_SHA1_32, .seed = 35, .rtcp = false,
		.index = 0x11234, .mki_len = 0, .unencrypted = true,
		.plain =
			"80081234decafbadcafebabeabacadaeafb0b1",
		.sealed =
			"80081234decafbadcafebabeabacadaeafb0b15904e82e",
	},
	{
		.suite = RTPENGINE_SRTP_AES_256_CM_HMAC_SHA1_32, .seed = 36, .rtcp = true,
		.index = 0x0, .mki_len = 0, .unencrypted = true,
		.plain =
			"80c80006cafebabe404142434445464748494a4b4c4d4e4f50515253",
		.sealed =
			"80c80006cafebabe404142434445464748494a4b4c4d4e4f5051525300000000"
			"8766577192671494928a",
	},
	{
		.suite = RTPENGINE_SRTP_AEAD_AES_128_GCM, .seed = 37, .rtcp = false,
		.index = 0x1234, .mki_len = 0, .unencrypted = false,
		.plain =
			"80081234decafbadcafebabeabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbe",
		.sealed =
			"80081234decafbadcafebabee5c0bb1d189dd0d5b04394e7f4b7bb9bfe7d278a"
			"16ddd3ce266e6c69263f3f82e0018be5",
	},
	{
		.suite = RTPENGINE_SRTP_AEAD_AES_128_GCM, .seed = 38, .rtcp = false,
		.index = 0x10203041234, .mki_len = 4, .unencrypted = false,
		.plain =
			"91081234decafbadcafebabe00010203bede000210aa000021bbcc00abacadae"
			"afb0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacb",
		.sealed =
			"91081234decafbadcafebabe00010203bede000210aa000021bbcc00694aae97"
			"5f6fc241925f6f89f98348e659c1d3474834f4f20ffd6d6066c077972925e7b0"
			"651b12b4f626bc19f08b229124f0f1f2f3",
	},
	{
		.suite = RTPENGINE_SRTP_AEAD_AES_128_GCM, .seed = 39, .rtcp = true,
		.index = 0x5, .mki_len = 0, .unencrypted = false,
		.plain =
			"80c80006cafebabe404142434445464748494a4b4c4d4e4f50515253",
		.sealed =
			"80c80006cafebabe009d24179a38bb3f6b8518039f31f24eb8931db9fa99e19b"
			"32f4e6a1d2c093cc358859cc80000005",
	},
	{
		.suite = RTPENGINE_SRTP_AEAD_AES_128_GCM, .seed = 40, .rtcp = true,
		.index = 0x7ffffffe, .mki_len = 1, .unencrypted = false,
		.plain =
			"80c80006cafebabe404142434445464748494a4b4c4d4e4f50515253",
		.sealed =
			"80c80006cafebabea7c2603acbab7e6908c2344592709f30dc1c3a8cd4d32a83"
			"9e2b18fafbb3abcdf4522b89fffffffef0",
	},
	{
		.suite = RTPENGINE_SRTP_AEAD_AES_128_GCM, .seed = 41, .rtcp = false,
		.index = 0x11234, .mki_len = 0, .unencrypted = true,
		.plain =
			"80081234decafbadcafebabeabacadaeafb0b1",
		.sealed =
			"80081234decafbadcafebabeabacadaeafb0b10a1008edbf6c93b42096452d9b"
			"b892c1",
	},
	{
		.suite = RTPENGINE_SRTP_AEAD_AES_128_GCM, .seed = 42, .rtcp = true,
		.index = 0x0, .mki_len = 0, .unencrypted = true,
		.plain =
			"80c80006cafebabe404142434445464748494a4b4c4d4e4f50515253",
		.sealed =
			"80c80006cafebabe404142434445464748494a4b4c4d4e4f50515253357711bf"
			"d360d95d11d3a591b83ec94d00000000",
	},
	{
		.suite = RTPENGINE_SRTP_AEAD_AES_256_GCM, .seed = 43, .rtcp = false,
		.index = 0x1234, .mki_len = 0, .unencrypted = false,
		.plain =
			"80081234decafbadcafebabeabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbe",
		.sealed =
			"80081234decafbadcafebabeb3478504ab31704778bd00ced4a0cc9daebf8ad9"
			"fcf22c829a2389bcc2ac9a0cbcbcc305",
	},
	{
		.suite = RTPENGINE_SRTP_AEAD_AES_256_GCM, .seed = 44, .rtcp = false,
		.index = 0x10203041234, .mki_len = 4, .unencrypted = false,
		.plain =
			"91081234decafbadcafebabe00010203bede000210aa000021bbcc00abacadae"
			"afb0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacb",
		.sealed =
			"91081234decafbadcafebabe00010203bede000210aa000021bbcc003da15a55"
			"6d82fda4a153c2f930c1fd106bef97626acbf447d529b7c087dafff557c42bac"
			"d3f6eb8bc1e81498d9f9c734c1f0f1f2f3",
	},
	{
		.suite = RTPENGINE_SRTP_AEAD_AES_256_GCM, .seed = 45, .rtcp = true,
		.index = 0x5, .mki_len = 0, .unencrypted = false,
		.plain =
			"80c80006cafebabe404142434445464748494a4b4c4d4e4f50515253",
		.sealed =
			"80c80006cafebabef63e2ee7fb688e6216c393108d91d25ac2a3a32f600f176f"
			"b08f33126fbe620f5d37189380000005",
	},
	{
		.suite = RTPENGINE_SRTP_AEAD_AES_256_GCM, .seed = 46, .rtcp = true,
		.index = 0x7ffffffe, .mki_len = 1, .unencrypted = false,
		.plain =
			"80c80006cafebabe404142434445464748494a4b4c4d4e4f50515253",
		.sealed =
			"80c80006cafebabef4c92923cc34c43f53dfa8a0932e2aa01066419a735f42ac"
			"d2b6683ec0838e00a1a37f8ffffffffef0",
	},
	{
		.suite = RTPENGINE_SRTP_AEAD_AES_256_GCM, .seed = 47, .rtcp = false,
		.index = 0x11234, .mki_len = 0, .unencrypted = true,
		.plain =
			"80081234decafbadcafebabeabacadaeafb0b1",
		.sealed =
			"80081234decafbadcafebabeabacadaeafb0b1d2c9934a7ed02231368b838237"
			"bcbfcd",
	},
	{
		.suite = RTPENGINE_SRTP_AEAD_AES_256_GCM, .seed = 48, .rtcp = true,
		.index = 0x0, .mki_len = 0, .unencrypted = true,
		.plain =
			"80c80006cafebabe404142434445464748494a4b4c4d4e4f50515253",
		.sealed =
			"80c80006cafebabe404142434445464748494a4b4c4d4e4f5051525325d30e87"
			"9998b4a63910011cb509960300000000",
	},
	{
		.suite = RTPENGINE_SRTP_NULL_HMAC_SHA1_80, .seed = 49, .rtcp = false,
		.index = 0x1234, .mki_len = 0, .unencrypted = false,
		.plain =
			"80081234decafbadcafebabeabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbe",
		.sealed =
			"80081234decafbadcafebabeabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbe"
			"3163e22b1703dc2153e2",
	},
	{
		.suite = RTPENGINE_SRTP_NULL_HMAC_SHA1_80, .seed = 50, .rtcp = false,
		.index = 0x10203041234, .mki_len = 4, .unencrypted = false,
		.plain =
			"91081234decafbadcafebabe00010203bede000210aa000021bbcc00abacadae"
			"afb0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacb",
		.sealed =
			"91081234decafbadcafebabe00010203bede000210aa000021bbcc00abacadae"
			"afb0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbf0f1f2"
			"f31d2dafcc88e7230f51f2",
	},
	{
		.suite = RTPENGINE_SRTP_NULL_HMAC_SHA1_80, .seed = 51, .rtcp = true,
		.index = 0x5, .mki_len = 0, .unencrypted = false,
		.plain =
			"80c80006cafebabe404142434445464748494a4b4c4d4e4f50515253",
		.sealed =
			"80c80006cafebabe404142434445464748494a4b4c4d4e4f5051525300000005"
			"df03e3b61cc2c7ef625e",
	},
	{
		.suite = RTPENGINE_SRTP_NULL_HMAC_SHA1_80, .seed = 52, .rtcp = true,
		.index = 0x7ffffffe, .mki_len = 1, .unencrypted = false,
		.plain =
			"80c80006cafebabe404142434445464748494a4b4c4d4e4f50515253",
		.sealed =
			"80c80006cafebabe404142434445464748494a4b4c4d4e4f505152537ffffffe"
			"f00d5fec613ee9460b058b",
	},
	{
		.suite = RTPENGINE_SRTP_NULL_HMAC_SHA1_80, .seed = 53, .rtcp = false,
		.index = 0x11234, .mki_len = 0, .unencrypted = true,
		.plain =
			"80081234decafbadcafebabeabacadaeafb0b1",
		.sealed =
			"80081234decafbadcafebabeabacadaeafb0b10e4799a4527ac5e7f77b",
	},
	{
		.suite = RTPENGINE_SRTP_NULL_HMAC_SHA1_80, .seed = 54, .rtcp = true,
		.index = 0x0, .mki_len = 0, .unencrypted = true,
		.plain =
			"80c80006cafebabe404142434445464748494a4b4c4d4e4f50515253",
		.sealed =
			"80c80006cafebabe404142434445464748494a4b4c4d4e4f5051525300000000"
			"4d51ef4a122eeb598594",
	},
	{
		.suite = RTPENGINE_SRTP_NULL_HMAC_SHA1_32, .seed = 55, .rtcp = false,
		.index = 0x1234, .mki_len = 0, .unencrypted = false,
		.plain =
			"80081234decafbadcafebabeabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbe",
		.sealed =
			"80081234decafbadcafebabeabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbe"
			"be074649",
	},
	{
		.suite = RTPENGINE_SRTP_NULL_HMAC_SHA1_32, .seed = 56, .rtcp = false,
		.index = 0x10203041234, .mki_len = 4, .unencrypted = false,
		.plain =
			"91081234decafbadcafebabe00010203bede000210aa000021bbcc00abacadae"
			"afb0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacb",
		.sealed =
			"91081234decafbadcafebabe00010203bede000210aa000021bbcc00abacadae"
			"afb0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbf0f1f2"
			"f340da95f3",
	},
	{
		.suite = RTPENGINE_SRTP_NULL_HMAC_SHA1_32, .seed = 57, .rtcp = true,
		.index = 0x5, .mki_len = 0, .unencrypted = false,
		.plain =
			"80c80006cafebabe404142434445464748494a4b4c4d4e4f50515253",
		.sealed =
			"80c80006cafebabe404142434445464748494a4b4c4d4e4f5051525300000005"
			"7b7cfe1c6b2f3ff7840e",
	},
	{
		.suite = RTPENGINE_SRTP_NULL_HMAC_SHA1_32, .seed = 58, .rtcp = true,
		.index = 0x7ffffffe, .mki_len = 1, .unencrypted = false,
		.plain =
			"80c80006cafebabe404142434445464748494a4b4c4d4e4f50515253",
		.sealed =
			"80c80006cafebabe404142434445464748494a4b4c4d4e4f505152537ffffffe"
			"f04bcd4c753f78cde98456",
	},
	{
		.suite = RTPENGINE_SRTP_NULL_HMAC_SHA1_32, .seed = 59, .rtcp = false,
		.index = 0x11234, .mki_len = 0, .unencrypted = true,
		.plain =
			"80081234decafbadcafebabeabacadaeafb0b1",
		.sealed =
			"80081234decafbadcafebabeabacadaeafb0b17223f7be",
	},
	{
		.suite = RTPENGINE_SRTP_NULL_HMAC_SHA1_32, .seed = 60, .rtcp = true,
		.index = 0x0, .mki_len = 0, .unencrypted = true,
		.plain =
			"80c80006cafebabe404142434445464748494a4b4c4d4e4f50515253",
		.sealed =
			"80c80006cafebabe404142434445464748494a4b4c4d4e4f5051525300000000"
			"8fca42cfb974c061bacc",
	},
};
