/* A made-up allocator, written for the tests of drift: every case once. */

/* The grammar does not know what stands behind these declarations. */
int __poolfunc _pool_refill(struct pool *p) __acquires(p);
void __poolfunc
_pool_drain(struct pool *p, struct lock_map *map)
						__acquires(p);
unsigned long __poolfunc _pool_grow(struct pool *p)
						__acquires(p);

/* Told by its name in the first column. */
static inline unsigned long __pool_grow(struct pool *p)
	__acquires(p) __no_analysis
{
	p->grown++;
	return p->grown;
}

#ifdef CONFIG_POOL_RT
static void *pool_take(struct pool *p)
{
	rt_pool_lock(&p->lock);
	return __pool_first(p);
}
#else
static void *pool_take(struct pool *p)
{
	void *item; /* declares, and does nothing */
	int left = 0;

	guard(irqsave)(&p->lock);
	item = p->items[p->count - 1];	/* the last /* one */
	if (unlikely(!item)) {
		stat(p, POOL_EMPTY);
		return NULL;
	}
	p->count--;
	left = p->count;
#ifdef CONFIG_POOL_STATS
	p->taken++;
#endif
	if (left == 0)
		pool_wake(p);
	this_cpu_inc(pool_events);
	return item;
}
#endif

#define pool_trylock(p)						\
	({							\
		int __got;					\
		/* a comment that the grammar ends a macro at */	\
		preempt_disable();				\
		__got = try_bit(&(p)->lock);			\
		if (!__got)					\
			preempt_enable();			\
		__got;						\
	})

void pool_flush(struct pool *p)
{
	scoped_guard(irqsave, &p->lock) {
		for (int i = 0; i < p->count; i++)
			p->items[i] = NULL;
		p->count = 0;
	}
	pool_wake(p);
}
