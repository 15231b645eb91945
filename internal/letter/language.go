package letter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"tributary/internal/attribution"
	"tributary/internal/store"
	"tributary/internal/texts"
)

// languageKind is the kind of document that holds the language in which an affiliate reads their page.
const languageKind = "affiliate-language"

type spoken struct {
	Language string `json:"language"` // as in Accept-Language
}

// Remember keeps the language in which an affiliate reads their page, as in Accept-Language: mails that nobody asked for are
// written in it.
func (l *Letters) Remember(ctx context.Context, account attribution.AccountID, affiliate, language string) error {
	key := ofAffiliate(account, affiliate)
	known, version, err := l.language(ctx, key)
	if err != nil || known == language {
		return err
	}
	value, err := json.Marshal(spoken{language})
	if err != nil {
		return err
	}
	_, err = l.o.Docs.Put(ctx, languageKind, key, value, version)
	if err != nil && !errors.Is(err, store.ErrConflict) { // another page of theirs was opened at the same time
		return fmt.Errorf("noting an affiliate's language: %w", err)
	}
	return nil
}

func (l *Letters) language(ctx context.Context, key string) (language string, version int64, err error) {
	doc, err := l.o.Docs.Get(ctx, languageKind, key)
	if errors.Is(err, store.ErrNotFound) {
		return "", 0, nil
	}
	var s spoken
	if err == nil {
		err = json.Unmarshal(doc.Value, &s)
	}
	if err != nil {
		return "", 0, fmt.Errorf("reading an affiliate's language: %w", err)
	}
	return s.Language, doc.Version, nil
}

// readerOf is an affiliate as a reader: in the language of their page, and in English while they have not opened it.
func (l *Letters) readerOf(ctx context.Context, account attribution.AccountID, affiliate string) (*texts.Reader, error) {
	language, _, err := l.language(ctx, ofAffiliate(account, affiliate))
	if err != nil {
		return nil, err
	}
	return l.o.Texts.For(language), nil
}

// ofAffiliate is the key of what is kept of an affiliate.
func ofAffiliate(account attribution.AccountID, affiliate string) string {
	return string(account) + "\x00" + affiliate
}
