from facts_building import ELSEWHERE, fact, is_unknown, resource


def pipeline(*stages):
    return resource("aws_codepipeline.shop", stage=list(stages))


def stage(name, *actions, **more):
    found = [
        {"category": each} if not isinstance(each, tuple) else {"category": each[0], "run_order": each[1]}
        for each in actions
    ]
    return {"name": name, "action": found, **more}


def unapproved(*stages):
    return fact("pipelines.unapproved_stages", pipeline(*stages))


def test_a_stage_that_deploys_before_anybody_was_asked():
    assert unapproved(stage("Source", "Source"), stage("Prod", "Deploy")) == ["Prod"]


def test_an_approval_serves_what_follows():
    assert unapproved(stage("Ask", "Approval"), stage("Prod", "Deploy")) == []
    assert unapproved(stage("Ship", "Deploy"), stage("Ask", "Approval"), stage("Prod", "Deploy")) == ["Ship"]


def test_stages_for_trying_need_no_approval():
    assert unapproved(stage("Deploy-Staging", "Deploy"), stage("Ask", "Approval"), stage("Prod", "Deploy")) == []
    assert unapproved(stage("DeployToDev", "Deploy"), stage("DeployToProd", "Deploy")) == ["DeployToProd"]
    assert unapproved(stage("TestProd", "Deploy")) == ["TestProd"]
    assert unapproved(stage("Deployment", "Deploy")) == ["Deployment"]


def test_actions_of_a_stage_run_in_their_order():
    assert unapproved(stage("Prod", ("Deploy", 2), ("Approval", 1))) == []
    assert unapproved(stage("Prod", ("Deploy", 1), ("Approval", 2))) == ["Prod"]


def test_a_condition_on_entry_is_an_approval():
    assert unapproved(stage("Prod", "Deploy", before_entry=[{"condition": []}])) == []


def test_a_category_that_is_not_known():
    assert is_unknown(unapproved(stage("Prod", ELSEWHERE)))


def test_the_approvals_that_a_template_asks_for():
    def needed(content):
        return fact("pipelines.approvals_needed", resource("aws_codecommit_approval_rule_template.t", content=content))

    assert needed('{"Statements": [{"NumberOfApprovalsNeeded": 2}, {"NumberOfApprovalsNeeded": 1}]}') == 1
    assert needed('{"Statements": []}') == 0
    assert is_unknown(needed("no json"))
    assert is_unknown(needed(ELSEWHERE))
