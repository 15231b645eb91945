package sandbox

import (
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

// Tag is Keap's Tag.
type Tag struct {
	ID          string    `json:"id"`
	Name        string    `json:"name"`
	Description string    `json:"description,omitempty"`
	Category    *Category `json:"category,omitempty"`
	CreateTime  string    `json:"create_time"`
	UpdateTime  string    `json:"update_time"`
}

// Category is that of a tag.
type Category struct {
	ID string `json:"id"`
}

// AddTag puts a tag in, as somebody at Keap would.
func (s *Sandbox) AddTag(name string) Tag {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.insertTag(Tag{Name: name})
}

// DeleteTag takes a tag away, from its contacts, too.
func (s *Sandbox) DeleteTag(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tags = slices.DeleteFunc(s.tags, func(t Tag) bool { return t.ID == id })
	delete(s.tagged, id)
}

// Tagged returns the ids of the contacts that have a tag, in the order in which they got it.
func (s *Sandbox) Tagged(id string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.tagged[id])
}

var tagFields = map[string]field[Tag]{
	"name":        {values: func(t Tag) []string { return []string{t.Name} }},
	"description": {values: func(t Tag) []string { return []string{firstOf(t.Description, "NONE")} }},
	"category_id": {values: func(t Tag) []string { return []string{t.categoryID()} }},
	"tag_ids":     {values: func(t Tag) []string { return []string{t.ID} }, list: true},
}

var tagOrders = map[string]func(a, b Tag) int{
	"name":        func(a, b Tag) int { return strings.Compare(a.Name, b.Name) },
	"create_time": func(a, b Tag) int { return strings.Compare(a.CreateTime, b.CreateTime) },
	"update_time": func(a, b Tag) int { return strings.Compare(a.UpdateTime, b.UpdateTime) },
}

func (t Tag) categoryID() string {
	if t.Category == nil {
		return "NONE"
	}
	return t.Category.ID
}

func (s *Sandbox) listTags(r request) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	return listed(s.tags, r.URL.Query(), "tags", tagFields, tagOrders)
}

func (s *Sandbox) createTag(r request) answer {
	var sent struct {
		Name        string    `json:"name"`
		Description string    `json:"description"`
		Category    *Category `json:"category"`
	}
	if err := decode(r.body, &sent); err != nil {
		return badRequest(err)
	}
	if sent.Name == "" || utf8.RuneCountInString(sent.Name) > 255 {
		return refuse(http.StatusBadRequest, "a tag needs a name of up to 255 characters")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if slices.ContainsFunc(s.tags, func(t Tag) bool { return strings.EqualFold(t.Name, sent.Name) }) {
		return refuse(http.StatusConflict, "there is a tag with this name")
	}
	return answer{status: http.StatusCreated, body: s.insertTag(Tag{Name: sent.Name, Description: sent.Description, Category: sent.Category})}
}

func (s *Sandbox) applyTags(r request) answer {
	id, verb, _ := strings.Cut(r.PathValue("verb"), ":")
	if id != "contacts" || verb != "applyTags" {
		return refuse(http.StatusNotFound, "no such address in this sandbox")
	}
	var sent struct {
		ContactIDs []string `json:"contact_ids"`
	}
	if err := decode(r.body, &sent); err != nil {
		return badRequest(err)
	}
	if len(sent.ContactIDs) == 0 {
		return refuse(http.StatusBadRequest, "contact_ids is required")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tag(r.PathValue("id"), sent.ContactIDs)
}

// tag is called with s.mu held, as is the rest. Which words Keap answers is not described.
func (s *Sandbox) tag(id string, contacts []string) answer {
	if !slices.ContainsFunc(s.tags, func(t Tag) bool { return t.ID == id }) && !s.options.Unknowns.AnswerFailures {
		return refuse(http.StatusNotFound, "there is no such tag")
	}
	results := map[string]string{}
	for _, contact := range contacts {
		results[contact] = s.tagOne(id, contact)
	}
	return answer{status: http.StatusOK, body: map[string]any{"results": results}}
}

func (s *Sandbox) tagOne(id, contact string) string {
	switch {
	case s.contactAt(contact) < 0 || !slices.ContainsFunc(s.tags, func(t Tag) bool { return t.ID == id }):
		return "FAILURE"
	case slices.Contains(s.tagged[id], contact):
		return "DUPLICATE"
	}
	s.tagged[id] = append(s.tagged[id], contact)
	return "SUCCESS"
}

func (s *Sandbox) insertTag(t Tag) Tag {
	t.ID, t.CreateTime, t.UpdateTime = s.nextID("tag"), s.timestamp(), s.timestamp()
	s.tags = append(s.tags, t)
	return t
}
