// Package stack is Winback in AWS: four stacks for each environment, all of them derived from the catalogue of functions.
//
//	mail  the identity that mails come from, with its configuration set; it needs records in the DNS, and a while
//	data  what must never be lost: the table, the keys, the sign-ins
//	app   everything that can be made again: queues, functions, the HTTPS interface, schedules
//	watch who hears when something is wrong: alarms, the dashboard, the budget
//
// New reads top to bottom. Everything is named by Environment.Name, which is the one place where names are made, and
// written with the resources as CloudFormation knows them (CDK calls them level 1): what stands here is what stands in
// the template, and no construct adds a role, a grant or a function of its own.
//
// What a function may do follows from its Uses alone (grants.go), and so do the variables in its environment.
package stack
