package keap

import (
	"context"
	"fmt"
)

// UserInfo is whom a key belongs to.
type UserInfo struct {
	ID       string // the global user
	TenantID string // the Keap app
	Email    string
}

type wireUserInfo struct {
	ID       text `json:"id"`
	Sub      text `json:"sub"`
	TenantID text `json:"tenant_id"`
	Email    text `json:"email"`
}

// UserInfo asks whom the key belongs to: the cheapest way to find out whether Keap takes it (see IsKeyRefused), and for
// which app.
//
// Keap: getUserInfo, https://developer.keap.com/docs/restv2/#tag/Users/operation/getUserInfo
func (c *Client) UserInfo(ctx context.Context) (UserInfo, error) {
	const op = "getUserInfo"
	var found wireUserInfo
	err := c.do(ctx, get(op, "/rest/v2/oauth/connect/userinfo", nil, into(&found)))
	if err == nil && found.ID+found.Sub+found.TenantID == "" {
		err = withoutID(op)
	}
	if err != nil {
		return UserInfo{}, fmt.Errorf("asking whom the key belongs to: %w", err)
	}
	id := firstOf(string(found.ID), string(found.Sub))
	return UserInfo{ID: id, TenantID: string(found.TenantID), Email: string(found.Email)}, nil
}
