package keap

import (
	"context"
	"fmt"
)

// Tags lists tags, page by page; pageSize outside 1..1000 means the largest page.
//
// Keap: listTags, https://developer.keap.com/docs/restv2/#tag/Tags/operation/listTags
func (c *Client) Tags(ctx context.Context, pageToken string, pageSize int) (page []Tag, next string, err error) {
	const op = "listTags"
	var found list[wireTag]
	if err := c.do(ctx, get(op, "/rest/v2/tags", pageQuery("", pageToken, pageSize), found.decode("tags"))); err != nil {
		return nil, "", fmt.Errorf("listing tags: %w", err)
	}
	if err := checkNext(op, pageToken, found.next); err != nil {
		return nil, "", fmt.Errorf("listing tags: %w", err)
	}
	return each(found.items, func(w wireTag) Tag { return Tag{string(w.ID), string(w.Name)} }), found.next, nil
}
