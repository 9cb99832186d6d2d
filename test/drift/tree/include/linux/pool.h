static inline void *__pool_first(struct pool *p)
{
	return READ_ONCE(p->items[0]);
}
