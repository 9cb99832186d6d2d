void pool_put(struct pool *p, void *item)
{
	spin_lock(&p->lock);
	p->items[p->count++] = item;
	spin_unlock(&p->lock);
}
