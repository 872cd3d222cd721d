// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's SRTP for a program to play with: what it does with any packet, in any order, can be
 * held against another implementation. Only for tests.
 */

#include <linux/bottom_half.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "device.h"
#include "srtp.h"

struct session {
	struct srtp_context *contexts[SRTP_TEST_CONTEXTS];
	struct srtp_test_request *request;
	struct srtp_test_answer *answer;
	size_t answer_len;
};

#define REQUEST_SIZE	(sizeof(struct srtp_test_request) + SRTP_TEST_DATA)
#define ANSWER_SIZE	(sizeof(struct srtp_test_answer) + SRTP_TEST_DATA)

static int device_open(struct inode *inode, struct file *file)
{
	struct session *session = kzalloc(sizeof(*session), GFP_KERNEL);

	if (!session)
		return -ENOMEM;
	session->request = kzalloc(REQUEST_SIZE, GFP_KERNEL);
	session->answer = kzalloc(ANSWER_SIZE, GFP_KERNEL);
	file->private_data = session;
	if (session->request && session->answer)
		return 0;
	kfree(session->request);
	kfree(session->answer);
	kfree(session);
	return -ENOMEM;
}

static int device_release(struct inode *inode, struct file *file)
{
	struct session *session = file->private_data;
	int i;

	for (i = 0; i < SRTP_TEST_CONTEXTS; i++)
		srtp_put(session->contexts[i]);
	kfree(session->request);
	kfree(session->answer);
	kfree(session);
	return 0;
}

static int create(struct session *session, struct srtp_context **slot)
{
	struct srtp_test_params *from = (void *)(session->request + 1);
	struct srtp_params params = {
		.suite = from->suite, .key_len = from->key_len, .salt_len = from->salt_len,
		.mki_len = from->mki_len, .unencrypted_srtp = from->unencrypted_srtp,
		.unencrypted_srtcp = from->unencrypted_srtcp,
	};
	struct srtp_context *context;

	memcpy(params.key, from->key, sizeof(params.key));
	memcpy(params.salt, from->salt, sizeof(params.salt));
	memcpy(params.mki, from->mki, sizeof(params.mki));
	context = srtp_create(&params, from->sender);
	if (IS_ERR(context))
		return PTR_ERR(context);
	srtp_put(*slot);
	*slot = context;
	return 0;
}

static void packet(struct session *session, struct srtp_context *context)
{
	struct srtp_test_request *request = session->request;
	struct srtp_test_answer *answer = session->answer;
	unsigned int room = min_t(u32, request->room, SRTP_TEST_DATA - request->len);
	u8 *data = (u8 *)(answer + 1);

	memcpy(data, request + 1, request->len);
	answer->len = request->len;
	local_bh_disable();
	switch (request->op) {
	case SRTP_TEST_PROTECT_RTP:
		answer->result = srtp_protect_rtp(context, data, &answer->len, room);
		break;
	case SRTP_TEST_PROTECT_RTCP:
		answer->result = srtp_protect_rtcp(context, data, &answer->len, room);
		break;
	case SRTP_TEST_UNPROTECT_RTP:
		answer->result = srtp_unprotect_rtp(context, data, &answer->len);
		break;
	case SRTP_TEST_UNPROTECT_RTCP:
		answer->result = srtp_unprotect_rtcp(context, data, &answer->len);
		break;
	}
	local_bh_enable();
}

static int serve(struct session *session)
{
	struct srtp_test_request *request = session->request;
	struct srtp_test_answer *answer = session->answer;
	struct srtp_context **slot;

	if (request->context >= SRTP_TEST_CONTEXTS || request->len > SRTP_TEST_DATA)
		return -EINVAL;
	slot = &session->contexts[request->context];
	if (!*slot && request->op != SRTP_TEST_CREATE)
		return -ENOENT;
	answer->len = 0;
	switch (request->op) {
	case SRTP_TEST_CREATE:
		answer->result = create(session, slot);
		break;
	case SRTP_TEST_EXPORT:
		answer->result = srtp_export(*slot, (struct srtp_state *)(answer + 1), SRTP_STREAMS);
		answer->len = answer->result * sizeof(struct srtp_state);
		break;
	case SRTP_TEST_IMPORT:
		answer->result = srtp_import(*slot, (struct srtp_state *)(request + 1),
					     request->len / sizeof(struct srtp_state));
		break;
	case SRTP_TEST_PROTECT_RTP:
	case SRTP_TEST_PROTECT_RTCP:
	case SRTP_TEST_UNPROTECT_RTP:
	case SRTP_TEST_UNPROTECT_RTCP:
		packet(session, *slot);
		break;
	default:
		return -EINVAL;
	}
	session->answer_len = sizeof(*answer) + answer->len;
	return 0;
}

static ssize_t device_write(struct file *file, const char __user *from, size_t len, loff_t *at)
{
	struct session *session = file->private_data;
	int err;

	if (len < sizeof(*session->request) || len > REQUEST_SIZE)
		return -EINVAL;
	if (copy_from_user(session->request, from, len))
		return -EFAULT;
	if (len != sizeof(*session->request) + session->request->len)
		return -EINVAL;
	err = serve(session);
	return err ?: len;
}

static ssize_t device_read(struct file *file, char __user *to, size_t len, loff_t *at)
{
	struct session *session = file->private_data;

	if (len < session->answer_len)
		return -EMSGSIZE;
	if (copy_to_user(to, session->answer, session->answer_len))
		return -EFAULT;
	return session->answer_len;
}

static const struct file_operations operations = {
	.owner		= THIS_MODULE,
	.open		= device_open,
	.release	= device_release,
	.write		= device_write,
	.read		= device_read,
};

static struct miscdevice device = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= SRTP_TEST_DEVICE,
	.fops	= &operations,
	.mode	= 0600,
};

static int __init device_init(void)
{
	int err = srtp_init();

	if (err)
		return err;
	err = misc_register(&device);
	if (err)
		srtp_exit();
	return err;
}

static void __exit device_exit(void)
{
	misc_deregister(&device);
	srtp_exit();
}

static_assert(sizeof(struct srtp_state) == sizeof(struct srtp_test_state));
module_init(device_init);
module_exit(device_exit);
MODULE_DESCRIPTION("test device for the SRTP of nft_rtpengine");
MODULE_LICENSE("GPL");
