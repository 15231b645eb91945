package keap

import (
	"context"
	"fmt"
	"net/http"
	"strings"
)

// Tag is a label that contacts carry in Keap.
type Tag struct{ ID, Name string }

type wireTag struct {
	ID   text `json:"id"`
	Name text `json:"name"`
}

// Tag finds a tag by its id, or gives ErrNotFound.
//
// Keap: listTags, https://developer.keap.com/docs/restv2/#tag/Tags/operation/listTags
func (c *Client) Tag(ctx context.Context, id string) (Tag, error) {
	const op = "listTags"
	if !isID(id) {
		return Tag{}, fmt.Errorf("finding tag: %w", absent(op, "the id is none of Keap's"))
	}
	var found list[wireTag]
	if err := c.do(ctx, get(op, "/rest/v2/tags", pageQuery("tag_ids=="+id, "", 1), found.decode("tags"))); err != nil {
		return Tag{}, fmt.Errorf("finding tag: %w", err)
	}
	for _, tag := range found.items {
		if string(tag.ID) == id {
			return Tag{id, string(tag.Name)}, nil
		}
	}
	return Tag{}, fmt.Errorf("finding tag: %w", absent(op, "no tag has this id"))
}

// ApplyTag gives a contact a tag; one that it has already does no harm. The word that Keap answers for the contact comes
// back, "" where it gives none: which words there are is not described.
//
// Keap: applyTags, https://developer.keap.com/docs/restv2/#tag/Tags/operation/applyTags
func (c *Client) ApplyTag(ctx context.Context, tagID, contactID string) (word string, err error) {
	const op = "applyTags"
	if !isID(tagID) || !isID(contactID) {
		return "", fmt.Errorf("applying tag: %w", invalid(op, "it needs the ids of a tag and of a contact"))
	}
	var answer struct {
		Results map[string]text `json:"results"`
	}
	body := struct {
		ContactIDs []string `json:"contact_ids"`
	}{[]string{contactID}}
	if err := c.do(ctx, post(op, "/rest/v2/tags/"+tagID+"/contacts:applyTags", body, into(&answer))); err != nil {
		return "", fmt.Errorf("applying tag: %w", err)
	}
	if word = string(answer.Results[contactID]); isFailure(word) {
		return word, fmt.Errorf("applying tag: %w", &Error{Op: op, Sent: Answered, Status: http.StatusOK, Message: excerpt(word), decoded: true, err: ErrDeclined})
	}
	return word, nil
}

// isFailure takes a word of Keap's for a no where it says so.
func isFailure(word string) bool {
	word = strings.ToUpper(word)
	for _, no := range []string{"FAIL", "ERROR", "INVALID", "NOT"} {
		if strings.HasPrefix(word, no) {
			return true
		}
	}
	return false
}
