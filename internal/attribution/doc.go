// Package attribution is the domain: who sent a visitor, who opted in, and which affiliate earns it.
//
// Everything here is pure: values in, values out. It imports nothing of ours, does no I/O and reads no clock.
package attribution
