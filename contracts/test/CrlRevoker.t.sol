// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CrlRevoker} from "../src/CrlRevoker.sol";
import {TdxQuoteVerifier} from "../src/TdxQuoteVerifier.sol";

import {ICrlRevoker} from "../src/interfaces/ICrlRevoker.sol";
import {ITcbRegistry} from "../src/interfaces/ITcbRegistry.sol";

import {Der} from "../src/libraries/Der.sol";
import {RevocationList} from "../src/libraries/RevocationList.sol";
import {X509} from "../src/libraries/X509.sol";

import {QuoteFixture} from "./support/QuoteFixture.sol";
import {vm} from "./support/Vm.sol";

contract CrlRevokerTest is QuoteFixture {
    address private constant ANYONE = address(0xA11);
    CrlRevoker private _revoker;
    Table private _lists;
    Table private _certificates;
    uint256 private _leaf;
    uint256 private _other;
    uint256 private _absent;

    function setUp() public override {
        super.setUp();
        string memory vectors = vectorFile();
        _lists = table(vectors, ".revocationLists");
        _certificates = table(vectors, ".certificates");
        _leaf = uint256(vm.parseJsonBytes32(vectors, ".serials.leaf"));
        _other = uint256(vm.parseJsonBytes32(vectors, ".serials.other"));
        _absent = uint256(vm.parseJsonBytes32(vectors, ".serials.absent"));
        _revoker = new CrlRevoker(tcb, quoteVerifier.rootX(), quoteVerifier.rootY());
        tcb.setRevoker(address(_revoker));
    }

    function test_revokePlatforms_onTheList_lapseAndAreRefused() public {
        assertEq(quoteVerifier.verify(goodEvidence(), high, low).platform, platform, "good before");
        assertEq(_revoke("platform", _serials(_leaf, _other)), 2, "both");
        assertEq(tcb.platformRevokedAt(platform), time + 1, "from the next second");
        assertEq(quoteVerifier.lapsedAt(image, platform), time + 1, "lapsed");
        vm.warp(time + 1);
        bytes memory e = goodEvidence();
        vm.expectRevert(
            abi.encodeWithSelector(TdxQuoteVerifier.TdxQuoteVerifier_PlatformRevoked.selector, platform, time + 1)
        );
        quoteVerifier.verify(e, high, low);
        assertEq(_revoke("platform", _serials(_leaf, 1)), 1, "the one that was not");
        assertEq(tcb.platformRevokedAt(platform), time + 1, "the first time stays");
    }

    function test_revokePlatforms_otherForms_count() public {
        assertEq(_revoke("platformBare", _one(_leaf)), 1, "no extensions, no next update");
        assertEq(_revoke("platformLong", _one(_leaf)), 0, "already");
        assertEq(_revoke("platformTwice", _serials(_leaf, _leaf)), 0, "twice");
        assertEq(_revoke("platformEmpty", new uint256[](0)), 0, "nothing asked");
    }

    function test_revokePlatforms_notOnTheList_reverts() public {
        string[3] memory lists = ["platform", "platformTwice", "platformEmpty"];
        for (uint256 i = 0; i < lists.length; i++) {
            _refuses(lists[i], "platform", _one(_absent), ICrlRevoker.CrlRevoker_NotOnTheList.selector);
            _refuses(lists[i], "platform", _serials(_leaf, _absent), ICrlRevoker.CrlRevoker_NotOnTheList.selector);
        }
        assertEq(tcb.platformRevokedAt(platform), 0, "nothing happened");
    }

    function test_revokePlatforms_badLists_revert() public {
        uint256[] memory leaf = _one(_leaf);
        _refuses("platformOtherSigner", "platform", leaf, ICrlRevoker.CrlRevoker_BadListSignature.selector);
        _refuses("platformOtherName", "platform", leaf, ICrlRevoker.CrlRevoker_ListOfAnother.selector);
        _refuses("platform", "processor", leaf, ICrlRevoker.CrlRevoker_ListOfAnother.selector);
        _refuses("platformFuture", "platform", leaf, ICrlRevoker.CrlRevoker_ListFromTheFuture.selector);
        _refuses("platformDelta", "platform", leaf, RevocationList.RevocationList_CriticalExtension.selector);
        _refuses("platformVersion1", "platform", leaf, RevocationList.RevocationList_BadVersion.selector);
        _refuses("platformSha384", "platform", leaf, X509.X509_NotEcdsaSha256.selector);
        _refuses("platformTrailing", "platform", leaf, Der.Der_TrailingData.selector);
        _refuses("platform", "leaf", leaf, ICrlRevoker.CrlRevoker_NotAnAuthority.selector);
        _refuses("platform", "caMayNotSign", leaf, ICrlRevoker.CrlRevoker_NotAnAuthority.selector);
        _refuses("platform", "caOtherRoot", leaf, ICrlRevoker.CrlRevoker_BadCertificateSignature.selector);
        _refuses("platform", "caOtherKey", leaf, ICrlRevoker.CrlRevoker_BadListSignature.selector);
        _refuses("platform", "platform", new uint256[](257), ICrlRevoker.CrlRevoker_TooMany.selector);
    }

    function test_revokeAuthority_onTheRootsList_isRefused() public {
        bytes memory authority = find(_certificates, "platform");
        string[3] memory wrong = ["rootOfAnother", "rootOfPlatform", "platform"];
        for (uint256 i = 0; i < wrong.length; i++) {
            bytes memory list = find(_lists, wrong[i]);
            bytes4 selector = i == 2
                ? ICrlRevoker.CrlRevoker_ListOfAnother.selector
                : ICrlRevoker.CrlRevoker_BadListSignature.selector;
            vm.expectPartialRevert(selector);
            _revoker.revokeAuthority(list, authority);
        }
        bytes memory empty = find(_lists, "rootEmpty");
        vm.expectPartialRevert(ICrlRevoker.CrlRevoker_NotOnTheList.selector);
        _revoker.revokeAuthority(empty, authority);
        vm.prank(ANYONE);
        assertEq(_revoker.revokeAuthority(find(_lists, "root"), authority), issuerKeyHash(), "issuer");
        vm.warp(time + 1);
        bytes memory e = goodEvidence();
        vm.expectPartialRevert(TdxQuoteVerifier.TdxQuoteVerifier_IssuerRevoked.selector);
        quoteVerifier.verify(e, high, low);
        vm.prank(ANYONE);
        tcb.revokePlatformOf(issuerKeyHash(), _leaf);
        assertEq(quoteVerifier.lapsedAt(image, platform), time + 2, "its platforms can be made to lapse");
    }

    function test_revokePlatforms_notTheRevoker_reverts() public {
        tcb.setRevoker(address(0));
        _refuses("platform", "platform", _one(_leaf), ITcbRegistry.TcbRegistry_OnlyOwnerOrRevoker.selector);
    }

    function test_constructor_rootOffTheCurve_reverts() public {
        vm.expectPartialRevert(ICrlRevoker.CrlRevoker_BadRootKey.selector);
        new CrlRevoker(tcb, bytes32(uint256(1)), bytes32(uint256(1)));
    }

    function testFuzz_revokePlatforms_changedByte_revokesNothing(uint256 position, uint8 mask) public {
        vm.assume(mask != 0);
        bytes memory list = find(_lists, "platform");
        list[position % list.length] ^= bytes1(mask);
        (bool done, bytes memory reason) = address(_revoker)
            .call(abi.encodeCall(ICrlRevoker.revokePlatforms, (list, find(_certificates, "platform"), _one(_leaf))));
        assertFalse(done, "done");
        assertTrue(reason.length >= 4 && bytes4(reason) != bytes4(0x4e487b71), "a named error");
    }

    /// @dev A list as long as the longest that Intel has published stays far from a block's limit.
    function test_revokePlatforms_longList_staysUnderItsGas() public {
        bytes memory list = find(_lists, "platformLong");
        bytes memory authority = find(_certificates, "platform");
        uint256 before = gasleft();
        _revoker.revokePlatforms(list, authority, _one(_leaf));
        assertTrue(before - gasleft() < 700_000, "gas");
    }

    function _revoke(string memory list, uint256[] memory serials) private returns (uint256) {
        vm.prank(ANYONE);
        return _revoker.revokePlatforms(find(_lists, list), find(_certificates, "platform"), serials);
    }

    function _refuses(string memory list, string memory authority, uint256[] memory serials, bytes4 selector) private {
        bytes memory l = find(_lists, list);
        bytes memory c = find(_certificates, authority);
        vm.expectPartialRevert(selector);
        _revoker.revokePlatforms(l, c, serials);
    }

    function _one(uint256 serial) private pure returns (uint256[] memory list) {
        list = new uint256[](1);
        list[0] = serial;
    }

    function _serials(uint256 a, uint256 b) private pure returns (uint256[] memory list) {
        list = new uint256[](2);
        (list[0], list[1]) = (a, b);
    }
}
