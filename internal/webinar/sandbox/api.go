package sandbox

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// call is one call of the API, whose form has been read.
type call struct {
	form url.Values
	base string
}

// reply is an answer before it is written.
type reply struct {
	status int
	body   map[string]any
}

const perPage = 100

// addAPI adds the calls. All are POST and form-encoded, with the key in the body.
func (s *Sandbox) addAPI() {
	for name, run := range map[string]func(call) reply{
		"webinars": s.listWebinars, "webinar": s.showWebinar, "register": s.registerByAPI, "registrants": s.listRegistrants,
	} {
		for _, product := range []string{"everwebinar", "webinarjam"} {
			s.mux.HandleFunc("POST /"+product+"/"+name, s.serve(run))
		}
	}
}

func (s *Sandbox) serve(run func(call) reply) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !s.withinLimit() {
			w.WriteHeader(http.StatusTooManyRequests) // bare, as the vendor's
			return
		}
		out := s.checked(r, run)
		answer(w, out.status, out.body)
	}
}

func (s *Sandbox) checked(r *http.Request, run func(call) reply) reply {
	if err := r.ParseForm(); err != nil {
		return refused(http.StatusBadRequest, map[string][]string{"body": {"The body could not be read."}})
	}
	c := call{form: r.PostForm, base: origin(r)}
	switch key := c.form.Get("api_key"); {
	case key == "":
		return required("api_key")
	case key != s.options.Key: // a string here, where the others are lists
		return reply{http.StatusUnauthorized, map[string]any{"status": "error", "errors": map[string]string{"api_key": "The API key is invalid."}}}
	}
	return run(c)
}

func (s *Sandbox) withinLimit() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.options.Now()
	s.recent = slices.DeleteFunc(s.recent, func(at time.Time) bool { return now.Sub(at) >= time.Second })
	if len(s.recent) >= s.options.PerSecond {
		return false
	}
	s.recent = append(s.recent, now)
	return true
}

func success(body map[string]any) reply {
	body["status"] = "success"
	return reply{http.StatusOK, body}
}

func refused(status int, errors map[string][]string) reply {
	return reply{status, map[string]any{"status": "error", "errors": errors}}
}

func required(field string) reply {
	return refused(http.StatusBadRequest, map[string][]string{field: {"The " + field + " field is required."}})
}

func (s *Sandbox) listWebinars(c call) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []map[string]any{}
	for _, w := range s.webinars {
		list = append(list, w.listed())
	}
	return success(map[string]any{"webinars": list})
}

func (w Webinar) listed() map[string]any {
	return map[string]any{
		"webinar_id": w.ID, "webinar_hash": w.Hash, "name": w.Name, "title": w.Title, "timezone": "UTC",
		"schedules": []string{"Just in time", "Every day, 01:00 PM"},
	}
}

var zoneShape = regexp.MustCompile(`^GMT[+-]\d{1,2}(:\d{2})?$`)

func (s *Sandbox) showWebinar(c call) reply {
	w, out, ok := s.wanted(c)
	if !ok {
		return out
	}
	if w.DetectsZone && !zoneShape.MatchString(c.form.Get("timezone")) {
		return refused(http.StatusBadRequest, map[string][]string{"timezone": {"The timezone must look like GMT-5 or GMT+4:30."}})
	}
	body := w.listed()
	body["schedules"] = schedules(s.options.Now())
	body["registration_url"] = c.base + "/register/" + w.id() + "/" + w.Hash
	body["direct_live_room_url"] = c.base + "/go/live/" + w.Hash
	return success(map[string]any{"webinar": body})
}

func (s *Sandbox) wanted(c call) (w Webinar, out reply, ok bool) {
	id := c.form.Get("webinar_id")
	if id == "" {
		return w, required("webinar_id"), false
	}
	if w, ok = s.webinar(id); !ok || w.id() != id {
		return w, refused(http.StatusBadRequest, map[string][]string{"webinar_id": {"The selected webinar id is invalid."}}), false
	}
	return w, out, true
}

func (s *Sandbox) registerByAPI(c call) reply {
	w, out, ok := s.wanted(c)
	if !ok {
		return out
	}
	in := application{
		FirstName: c.form.Get("first_name"), LastName: c.form.Get("last_name"), Email: c.form.Get("email"),
		PhoneCountryCode: c.form.Get("phone_country_code"), Phone: c.form.Get("phone"),
	}
	wrong := map[string][]string{}
	for field, why := range in.problem() {
		wrong[field] = []string{why}
	}
	if len(wrong) > 0 {
		return refused(http.StatusBadRequest, wrong)
	}
	when, known := scheduleOf(s.options.Now(), c.form.Get("schedule"))
	if !known { // a literal 0 as well
		return refused(http.StatusUnprocessableEntity, map[string][]string{"schedule": {"The selected schedule is invalid."}})
	}
	r, err := s.register(c.base, w, in, when, "api")
	if err != nil {
		return refused(http.StatusTooManyRequests, nil)
	}
	return success(map[string]any{"user": map[string]any{
		"webinar_id": w.ID, "webinar_hash": w.Hash, "user_id": r.UserID, "first_name": r.FirstName, "last_name": r.LastName,
		"email": r.Email, "schedule": r.Schedule, "date": r.Date, "timezone": "UTC", "live_room_url": r.LiveRoom,
		"replay_room_url": c.base + "/go/replay/" + w.Hash + "/u" + strconv.Itoa(r.UserID), "thank_you_url": w.thanks(c.base, r),
	}})
}

// listRegistrants answers as Laravel's paginator does.
func (s *Sandbox) listRegistrants(c call) reply {
	w, out, ok := s.wanted(c)
	if !ok {
		return out
	}
	mine := slices.DeleteFunc(s.Registrants(), func(r Registrant) bool { return r.Webinar != w.ID })
	page := 1
	for _, text := range c.form["page"] {
		page = max(1, pageNumber(text))
	}
	last := max(1, (len(mine)+perPage-1)/perPage)
	first := min((page-1)*perPage, len(mine))
	return success(map[string]any{"registrants": map[string]any{
		"current_page": page, "data": append([]Registrant{}, mine[first:min(first+perPage, len(mine))]...), "last_page": last,
		"per_page": perPage, "total": len(mine),
	}})
}

// pageNumber reads a number; what is none, or beyond any page, is 0.
func pageNumber(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n > maxRegistrants {
		return 0
	}
	return n
}
