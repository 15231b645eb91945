// Bare is the limit that the collector is measured against: the same router, the same JSON decoded, the same answer,
// and nothing judged or stored.
package main

import (
	"encoding/json"
	"flag"
	"log"
	"net/http"

	"github.com/labstack/echo/v4"

	"tributary/internal/bench"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8081", "`address` to serve on")
	flag.Parse()
	log.Fatal(newServer().Start(*listen))
}

func newServer() *echo.Echo {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.POST("/e", take)
	return e
}

// take decodes without Bind, which refuses the text/plain that pages send.
func take(c echo.Context) error {
	var batch bench.Batch
	if err := json.NewDecoder(c.Request().Body).Decode(&batch); err != nil {
		return echo.NewHTTPError(http.StatusBadRequest, err.Error())
	}
	results := make([]bench.Result, len(batch.Events))
	for i, e := range batch.Events {
		results[i] = bench.Result{ID: e.ID, Status: "accepted"}
	}
	return c.JSON(http.StatusAccepted, bench.Answer{Results: results})
}
