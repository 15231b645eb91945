package admin

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"tributary/internal/auth"
	"tributary/internal/pages"
)

// doors adds the pages before the login.
func (k *desk) doors(r pages.Router, around []echo.MiddlewareFunc) {
	r.GET("/admin/login", k.loginPage, around...)
	r.POST("/admin/login", k.logIn, around...)
	r.POST("/admin/login/passkey/begin", k.beginPasskeyLogin, around...)
	r.POST("/admin/login/passkey", k.passkeyLogin, around...)
	r.GET("/admin/setup/:token", k.setupPage, around...)
	r.POST("/admin/setup/:token", k.claimSetup, around...)
	r.GET("/admin/enter/:token", k.enterPage, around...)
	r.POST("/admin/enter/:token", k.enter, around...)
	r.POST("/admin/leave", k.leave, around...)
}

// teamRoutes are the pages of who may come in.
func teamRoutes() []route {
	return []route{
		{http.MethodGet, "/admin/welcome", auth.Viewer, (*desk).welcome},
		{http.MethodPost, "/admin/welcome", auth.Viewer, (*desk).firstPassword},
		{http.MethodGet, "/admin/account", auth.Viewer, (*desk).account},
		{http.MethodPost, "/admin/account", auth.Viewer, (*desk).changeName},
		{http.MethodPost, "/admin/account/password", auth.Viewer, (*desk).changePassword},
		{http.MethodPost, "/admin/account/passkeys/begin", auth.Viewer, (*desk).beginPasskey},
		{http.MethodPost, "/admin/account/passkeys", auth.Viewer, (*desk).addPasskey},
		{http.MethodPost, "/admin/account/passkeys/:id/remove", auth.Viewer, (*desk).removePasskey},
		{http.MethodPost, "/admin/account/sessions/end", auth.Viewer, (*desk).endOtherSessions},
		{http.MethodPost, "/admin/account/sessions/:id/end", auth.Viewer, (*desk).endSession},

		{http.MethodGet, "/admin/users", auth.Owner, (*desk).users},
		{http.MethodPost, "/admin/users", auth.Owner, (*desk).inviteUser},
		{http.MethodGet, "/admin/users/:id", auth.Owner, (*desk).user},
		{http.MethodPost, "/admin/users/:id", auth.Owner, (*desk).changeRole},
		{http.MethodPost, "/admin/users/:id/link", auth.Owner, (*desk).linkUser},
		{http.MethodPost, "/admin/users/:id/sessions/end", auth.Owner, (*desk).endUserSessions},
		{http.MethodPost, "/admin/users/:id/remove", auth.Owner, (*desk).removeUser},
		{http.MethodGet, "/admin/keys", auth.Owner, (*desk).keys},
		{http.MethodPost, "/admin/keys", auth.Owner, (*desk).makeKey},
		{http.MethodPost, "/admin/keys/:id/revoke", auth.Owner, (*desk).revokeKey},
		{http.MethodGet, "/admin/audit", auth.Owner, (*desk).auditLog},
	}
}
