/* gzip.c - compress a stream as gzip (RFC 1952) with several threads
 *
 * The input is cut into blocks. The caller's thread fills them, workers compress them, and the
 * caller's thread writes them out in order. They are in a ring, which limits the memory.
 */
#include "gzip.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/report.h"

struct block {
	unsigned char *memory; /* the window, then the block itself */
	unsigned char *out;
	size_t before; /* bytes of the window that are used */
	size_t size;
	bool last;
	bool done;	/* compressed: the next fields are valid */
	size_t written; /* bytes in out; 0: failed */
	uint32_t crc;
};

struct worker {
	struct gzip *gzip;
	void *state; /* the engine's */
	pthread_t thread;
};

struct gzip {
	struct sink sink; /* first: a struct sink * to it is also a struct gzip * */
	struct sink *to;
	const struct engine *engine;
	int level;
	unsigned int limit;   /* most workers; 0: the caller's thread compresses */
	unsigned int running; /* workers that run */
	struct worker *workers;

	/* Only for the caller's thread. Blocks count from 0; block n is in ring[n % room]. */
	struct block *ring;
	size_t room;
	size_t bound;	       /* the most bytes of a compressed block */
	struct block *current; /* the one being filled, or NULL */
	uint64_t flushed;      /* blocks written out */
	uint32_t crc;	       /* of the current member so far */
	uint32_t length;       /* its input bytes modulo 2^32 */

	/* Shared, protected by mutex, as are the blocks' done flags. */
	pthread_mutex_t mutex;
	pthread_cond_t more;	 /* wakes workers: there is a block, or stopping is set */
	pthread_cond_t one_done; /* wakes the caller's thread */
	uint64_t filled;	 /* blocks given to the workers */
	uint64_t taken;		 /* blocks that a worker has started */
	bool stopping;
};

/* --- compressing --- */

static void compress_block(const struct gzip *gzip, void *state, struct block *block)
{
	const struct engine *engine = gzip->engine;
	const unsigned char *bytes = block->memory + engine->window;

	block->crc = engine->crc32(0, bytes, block->size);
	block->written =
		engine->compress(state, bytes, block->before, block->size, block->last, block->out);
}

static void *work(void *argument)
{
	struct worker *worker = argument;
	struct gzip *gzip = worker->gzip;
	struct block *block;

	pthread_mutex_lock(&gzip->mutex);
	for (;;) {
		while (!gzip->stopping && gzip->taken == gzip->filled)
			pthread_cond_wait(&gzip->more, &gzip->mutex);
		if (gzip->stopping)
			break;
		block = &gzip->ring[gzip->taken++ % gzip->room];
		pthread_mutex_unlock(&gzip->mutex);
		compress_block(gzip, worker->state, block);
		pthread_mutex_lock(&gzip->mutex);
		block->done = true;
		pthread_cond_signal(&gzip->one_done);
	}
	pthread_mutex_unlock(&gzip->mutex);
	return NULL;
}

/*
 * Starts one more worker. If the system allows no more, the running ones do the work, or the
 * caller's thread if there are none.
 */
static void start_worker(struct gzip *gzip)
{
	struct worker *worker = &gzip->workers[gzip->running];

	worker->gzip = gzip;
	if (!worker->state)
		worker->state = gzip->engine->open(gzip->level);
	if (worker->state && !pthread_create(&worker->thread, NULL, work, worker))
		gzip->running++;
	else
		gzip->limit = gzip->running;
}

/* --- writing --- */

static void put_little_endian(unsigned char *to, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		to[i] = (unsigned char)(value >> 8 * i);
}

/* RFC 1952, 2.3: deflate, no flags, no time, no extra flags, made on Unix */
static int write_header(struct gzip *gzip)
{
	static const unsigned char header[10] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3 };

	gzip->crc = 0;
	gzip->length = 0;
	return gzip->to->write(gzip->to, header, sizeof(header));
}

static int write_trailer(struct gzip *gzip)
{
	unsigned char trailer[8];

	put_little_endian(trailer, gzip->crc);
	put_little_endian(trailer + 4, gzip->length);
	return gzip->to->write(gzip->to, trailer, sizeof(trailer));
}

/*
 * Writes a member's trailer only when the next member begins; gzip_close writes the last one. So
 * after a failure the last member has no trailer, and readers see that the output is cut short.
 */
static int write_block(struct gzip *gzip, const struct block *block)
{
	bool first = !gzip->flushed, begins = first || !gzip->engine->window;

	if (!block->written)
		return report(EIO, "%s: a block could not be compressed", gzip->engine->name);
	if (begins && ((!first && write_trailer(gzip)) || write_header(gzip)))
		return -1;
	gzip->crc = (uint32_t)crc32_combine(gzip->crc, block->crc, (z_off_t)block->size);
	gzip->length += (uint32_t)block->size;
	return gzip->to->write(gzip->to, block->out, block->written);
}

static bool is_done(struct gzip *gzip, struct block *block, bool wait)
{
	bool done;

	pthread_mutex_lock(&gzip->mutex);
	while (wait && !block->done)
		pthread_cond_wait(&gzip->one_done, &gzip->mutex);
	done = block->done;
	pthread_mutex_unlock(&gzip->mutex);
	return done;
}

/* Writes finished blocks out, in order. Waits until at most pending blocks are left. */
static int flush(struct gzip *gzip, uint64_t pending)
{
	while (gzip->flushed < gzip->filled) {
		struct block *block = &gzip->ring[gzip->flushed % gzip->room];

		if (!is_done(gzip, block, gzip->filled - gzip->flushed > pending))
			break;
		if (write_block(gzip, block))
			return -1;
		gzip->flushed++;
	}
	return 0;
}

/* --- filling blocks --- */

/* Makes the next block the current one. Its window is the end of the block before it. */
static int begin_block(struct gzip *gzip)
{
	const struct engine *engine = gzip->engine;
	struct block *block = &gzip->ring[gzip->filled % gzip->room];
	const struct block *previous = &gzip->ring[(gzip->filled + gzip->room - 1) % gzip->room];

	if (!block->memory) {
		block->memory = malloc(engine->window + engine->block_size);
		block->out = malloc(gzip->bound);
		if (!block->memory || !block->out) {
			report_errno("%s", engine->name);
			return -1;
		}
	}
	block->before = 0;
	block->size = 0;
	block->last = false;
	block->done = false;
	if (engine->window && gzip->filled) {
		/* every block but the last is full, and larger than a window */
		memcpy(block->memory, previous->memory + engine->block_size, engine->window);
		block->before = engine->window;
	}
	gzip->current = block;
	return 0;
}

/* Gives the current block to the workers, and makes room in the ring for the next. */
static int end_block(struct gzip *gzip, bool last)
{
	struct block *block = gzip->current;

	block->last = last;
	/* an archive of one block needs no worker */
	if (gzip->running < gzip->limit && !last)
		start_worker(gzip);
	if (!gzip->running) {
		compress_block(gzip, gzip->workers[0].state, block);
		block->done = true;
	}
	pthread_mutex_lock(&gzip->mutex);
	gzip->filled++;
	if (!gzip->running)
		gzip->taken++;
	pthread_cond_signal(&gzip->more);
	pthread_mutex_unlock(&gzip->mutex);
	gzip->current = NULL;
	return flush(gzip, last ? 0 : gzip->room - 1);
}

static int sink_write(struct sink *sink, const void *bytes, size_t size)
{
	struct gzip *gzip = (struct gzip *)sink;
	const struct engine *engine = gzip->engine;
	const unsigned char *from = bytes;

	while (size) {
		struct block *block;
		size_t room;

		/* keep a full block until more bytes come: else it is the last */
		if (gzip->current && gzip->current->size == engine->block_size &&
		    end_block(gzip, false))
			return -1;
		if (!gzip->current && begin_block(gzip))
			return -1;
		block = gzip->current;
		room = engine->block_size - block->size;
		if (room > size)
			room = size;
		memcpy(block->memory + engine->window + block->size, from, room);
		block->size += room;
		from += room;
		size -= room;
	}
	return 0;
}

/* --- open and close --- */

static void stop_workers(struct gzip *gzip)
{
	pthread_mutex_lock(&gzip->mutex);
	gzip->stopping = true;
	pthread_cond_broadcast(&gzip->more);
	pthread_mutex_unlock(&gzip->mutex);
	for (unsigned int i = 0; i < gzip->running; i++)
		pthread_join(gzip->workers[i].thread, NULL);
}

static void free_gzip(struct gzip *gzip)
{
	for (size_t i = 0; gzip->workers && gzip->workers[i].state; i++)
		gzip->engine->close(gzip->workers[i].state);
	for (size_t i = 0; gzip->ring && i < gzip->room; i++) {
		free(gzip->ring[i].memory);
		free(gzip->ring[i].out);
	}
	pthread_cond_destroy(&gzip->one_done);
	pthread_cond_destroy(&gzip->more);
	pthread_mutex_destroy(&gzip->mutex);
	free(gzip->workers);
	free(gzip->ring);
	free(gzip);
}

struct sink *gzip_open(struct sink *to, const struct engine *engine, int level,
		       unsigned int threads)
{
	struct gzip *gzip = calloc(1, sizeof(*gzip));

	if (!gzip)
		return NULL;
	gzip->sink.write = sink_write;
	gzip->to = to;
	gzip->engine = engine;
	gzip->level = level;
	gzip->limit = threads > 1 ? threads : 0;
	/* for each worker, one in work and one waiting; and one being filled */
	gzip->room = 2 * (size_t)threads + 1;
	pthread_mutex_init(&gzip->mutex, NULL);
	pthread_cond_init(&gzip->more, NULL);
	pthread_cond_init(&gzip->one_done, NULL);
	gzip->ring = calloc(gzip->room, sizeof(*gzip->ring));
	gzip->workers = calloc(threads + 1, sizeof(*gzip->workers)); /* NULL state: the end */
	if (gzip->ring && gzip->workers)
		gzip->workers[0].state = engine->open(level);
	if (!gzip->ring || !gzip->workers || !gzip->workers[0].state) {
		int saved = errno;

		free_gzip(gzip);
		errno = saved;
		return NULL;
	}
	gzip->bound = engine->bound(gzip->workers[0].state, engine->block_size);
	return &gzip->sink;
}

int gzip_close(struct sink *sink, bool complete)
{
	struct gzip *gzip = (struct gzip *)sink;
	int failed = 0, saved;

	if (complete && !gzip->current)
		failed = begin_block(gzip); /* no input: write an empty member */
	if (complete && !failed)
		failed = end_block(gzip, true) || write_trailer(gzip) ? -1 : 0;
	saved = errno;
	stop_workers(gzip);
	free_gzip(gzip);
	errno = saved;
	return failed;
}
