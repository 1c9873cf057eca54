package awssim

import (
	"fmt"
	"net/http"
	"slices"
)

// moveTask is a redrive that was started; it is complete at once.
type moveTask struct {
	TaskHandle                        string `json:",omitempty"`
	Status                            string
	SourceArn                         string
	DestinationArn                    string `json:",omitempty"`
	ApproximateNumberOfMessagesMoved  int
	ApproximateNumberOfMessagesToMove int
	StartedTimestamp                  int64
}

type startMessageMoveTaskRequest struct {
	SourceArn      string
	DestinationArn string
}

func (s *SQS) startMessageMoveTask(r Request, in startMessageMoveTaskRequest) (any, error) {
	dead := s.byARN(in.SourceArn)
	if dead == nil {
		return nil, noSuchResource()
	}
	isTarget := false
	for _, q := range s.queues {
		isTarget = isTarget || q.redrive != nil && q.redrive.Target == dead.arn()
	}
	if !isTarget {
		return nil, invalidParameter("Source queue must be configured as a Dead Letter Queue.")
	}
	if in.DestinationArn != "" && s.byARN(in.DestinationArn) == nil {
		return nil, noSuchResource()
	}
	moved := 0
	for _, m := range slices.Clone(dead.messages) {
		to := m.origin
		if in.DestinationArn != "" {
			to = s.byARN(in.DestinationArn)
		}
		if to == nil || m.visible.After(r.Now) {
			continue // sent here directly, or in somebody's hands
		}
		dead.remove(m)
		if _, failure := s.put(to, r.Now, outgoing{MessageBody: m.body, MessageGroupID: m.group}); failure != nil {
			return nil, failure
		}
		moved++
	}
	task := moveTask{
		TaskHandle: fmt.Sprintf("task-%d", len(s.tasks)+1), Status: "COMPLETED", SourceArn: in.SourceArn, DestinationArn: in.DestinationArn,
		ApproximateNumberOfMessagesMoved: moved, ApproximateNumberOfMessagesToMove: moved, StartedTimestamp: r.Now.UnixMilli(),
	}
	s.tasks = append(s.tasks, task)
	return map[string]string{"TaskHandle": task.TaskHandle}, nil
}

func noSuchResource() *Error {
	e := sqsError("ResourceNotFoundException", "ResourceNotFoundException", "The resource that you specified for the SourceArn or DestinationArn parameter doesn't exist.")
	e.Status = http.StatusNotFound
	return e
}

type listMessageMoveTasksRequest struct {
	SourceArn  string
	MaxResults *int
}

func (s *SQS) listMessageMoveTasks(_ Request, in listMessageMoveTasksRequest) (any, error) {
	if s.byARN(in.SourceArn) == nil {
		return nil, noSuchResource()
	}
	most := 1
	if in.MaxResults != nil {
		most = *in.MaxResults
	}
	found := []moveTask{}
	for _, task := range slices.Backward(s.tasks) {
		if task.SourceArn == in.SourceArn && len(found) < most {
			// Only a task that still runs shows its handle.
			task.TaskHandle = ""
			found = append(found, task)
		}
	}
	return map[string]any{"Results": found}, nil
}
