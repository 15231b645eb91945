package api

import (
	_ "embed"
	"net/http"

	"github.com/labstack/echo/v4"
)

// OpenAPI describes every route of the server for programs. A test holds it against the routes and the answers.
//
//go:embed openapi.yaml
var OpenAPI []byte

func serveOpenAPI(c echo.Context) error { return c.Blob(http.StatusOK, "application/yaml", OpenAPI) }
