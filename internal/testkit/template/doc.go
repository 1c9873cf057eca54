// Package template reads what CDK synthesizes: a cloud assembly (cdk.out) or a single CloudFormation template. It gives
// resources in the order of the file and a Resolver that works out what CloudFormation would work out at deployment: Ref,
// Fn::GetAtt, Fn::Sub, Fn::Join, Fn::Select, Fn::Split, Fn::FindInMap, Fn::If, Fn::ImportValue across stacks, pseudo
// parameters and parameters with defaults.
//
// Nothing is guessed. A reference that leads nowhere, an attribute or intrinsic function that this package does not know,
// a parameter without a value: each is an error that says where it stands. A test of a template must never pass because
// something was read as empty.
package template
