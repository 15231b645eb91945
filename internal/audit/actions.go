package audit

import (
	"slices"
	"strings"
)

// Action is what was done: a noun and a verb. The desk and the REST API have one name for one thing.
type Action string

// The actions. One that is recorded must stand here.
const (
	AffiliateCreate   Action = "affiliate.create"
	AffiliateChange   Action = "affiliate.change"
	AffiliateSync     Action = "affiliate.sync"
	AffiliateLookup   Action = "affiliate.lookup"   // Keap was asked once more for one that it did not know
	AffiliateLink     Action = "affiliate.link"     // a login link was made or mailed
	AffiliateCard     Action = "affiliate.card"     // issued or voided
	AffiliateDoorbell Action = "affiliate.doorbell" // likewise: the lasting address
	AffiliateLinks    Action = "affiliate.links"    // all lasting addresses are written into Keap again

	BackfillStart Action = "backfill.start"

	BackupTake Action = "backup.take"

	HookCreate Action = "hook.create"
	HookChange Action = "hook.change"
	HookDelete Action = "hook.delete"
	HookRetry  Action = "hook.retry" // one of its payloads

	JobRetry Action = "job.retry" // one, or those that a filter names

	KeapConnect    Action = "keap.connect" // by a key
	KeapDisconnect Action = "keap.disconnect"
	KeapHook       Action = "keap.hook"   // Keap's hook was looked at
	KeapLogin      Action = "keap.login"  // by OAuth: begun
	KeapTenant     Action = "keap.tenant" // what is stored belongs to another app now

	KeyCreate Action = "key.create" // of the REST API
	KeyDelete Action = "key.delete"

	MailRetry Action = "mail.retry" // one that was given up

	OptInCredit Action = "optin.credit"
	OptInRefuse Action = "optin.refuse"
	OptInHold   Action = "optin.hold"   // a decision was taken back
	OptInExport Action = "optin.export" // the list, as CSV

	PasskeyCreate Action = "passkey.create"
	PasskeyDelete Action = "passkey.delete"

	PasswordChange Action = "password.change"

	PersonErase  Action = "person.erase"
	PersonExport Action = "person.export" // a person's data was read or handed out

	QuarantineDelete Action = "quarantine.delete"
	QuarantineRetry  Action = "quarantine.retry" // judged again

	ReconcileFix   Action = "reconcile.fix"   // compared, and mended
	ReconcileStart Action = "reconcile.start" // compared

	SessionBegin Action = "session.begin"
	SessionEnd   Action = "session.end"

	SettingsChange Action = "settings.change"

	SetupBegin Action = "setup.begin" // the address of the first run was made

	SiteCreate Action = "site.create"
	SiteChange Action = "site.change"
	SiteDelete Action = "site.delete"

	UserCreate Action = "user.create"
	UserChange Action = "user.change"
	UserDelete Action = "user.delete"
	UserLink   Action = "user.link" // a link that lets them in was made

	WebhookCreate Action = "webhook.create"
	WebhookChange Action = "webhook.change"
	WebhookDelete Action = "webhook.delete"
	WebhookReplay Action = "webhook.replay"
	WebhookRotate Action = "webhook.rotate"
	WebhookTest   Action = "webhook.test"
)

// Actions are all of them, by their names.
var Actions = []Action{
	AffiliateCreate, AffiliateChange, AffiliateSync, AffiliateLookup, AffiliateLink, AffiliateCard,
	AffiliateDoorbell, AffiliateLinks, BackfillStart, BackupTake, HookCreate, HookChange,
	HookDelete, HookRetry, JobRetry, KeapConnect, KeapDisconnect, KeapHook,
	KeapLogin, KeapTenant, KeyCreate, KeyDelete, MailRetry, OptInCredit,
	OptInRefuse, OptInHold, OptInExport, PasskeyCreate, PasskeyDelete, PasswordChange,
	PersonErase, PersonExport, QuarantineDelete, QuarantineRetry, ReconcileFix, ReconcileStart,
	SessionBegin, SessionEnd, SettingsChange, SetupBegin, SiteCreate, SiteChange,
	SiteDelete, UserCreate, UserChange, UserDelete, UserLink,
	WebhookCreate, WebhookChange, WebhookDelete, WebhookReplay, WebhookRotate, WebhookTest,
}

// before are the names that the desk or the REST API had for an action in versions before. Entries of then stay as they were
// written; who asks for the action finds them, too.
var before = map[Action]Action{
	"affiliate.add":        AffiliateCreate,
	"affiliates.sync":      AffiliateSync,
	"affiliate.login-link": AffiliateLink,
	"affiliate.look-again": AffiliateLookup,
	"backfill.run":         BackfillStart,
	"hook.add":             HookCreate,
	"jobs.retry":           JobRetry,
	"keap-hook.check":      KeapHook,
	"keap.key":             KeapConnect,
	"keap.move":            KeapTenant,
	"optins.export":        OptInExport,
	"quarantine.retake":    QuarantineRetry,
	"reconcile.run":        ReconcileStart,
	"site.add":             SiteCreate,
	"webhook.add":          WebhookCreate,
	"webhook.off":          WebhookChange,
	"webhook.on":           WebhookChange,
}

// Decided is the action of a person's word on an opt-in: "credit", "refuse" or "hold".
func Decided(verdict string) Action { return Action("optin." + verdict) }

// IsKnown tells whether an action is one of today's.
func (a Action) IsKnown() bool { return slices.Contains(Actions, a) }

// Noun is what an action is about.
func (a Action) Noun() string {
	noun, _, _ := strings.Cut(string(a), ".")
	return noun
}

// Nouns are what actions are about, each once.
func Nouns() (all []string) {
	for _, a := range Actions {
		if !slices.Contains(all, a.Noun()) {
			all = append(all, a.Noun())
		}
	}
	return all
}

// now is the name that an action has today.
func (a Action) now() Action {
	if today, renamed := before[a]; renamed {
		return today
	}
	return a
}
