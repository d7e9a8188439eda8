//! What is not a house at a street: boxes, rural routes, numbered roads, French addresses.

use crate::{differ, same};

#[test]
fn b32_a_box_is_one_however_it_is_called() {
    same(
        "
        P.O. Box 12 = PO Box 12 = P O Box 12 = POB 12 = P.O.B. 12 = Post Office Box 12 = po box #12
            = PO Box No. 12 = PO BOX 0012 = POBox12 = Box 12 =  / PO Box 12 = PO Drawer 12 = Lockbox 12
        PO Box 12-A = PO Box 12A
        CP 12 @ Montréal, QC, H3A 1B1 = Case postale 12 @ Montreal, Québec, H3A1B1
            = PO Box 12 @ , , H3A 1B1
        // The work is at the house, not at the box.
        12 Elm St = 12 Elm St / PO Box 40 = PO Box 41 / 12 Elm St
        ",
    );
    differ(
        "
        PO Box 12 ≠ PO Box 120 ≠ 12 Box St ≠ PO Box 12 @ Lincoln, NE, 68501
        PO Box 12A ≠ PO Box 12B ≠ PO Box 12
        ",
    );
}

#[test]
fn b32_a_rural_route_is_one_however_it_is_called() {
    same(
        "
        RR 2 Box 15 = R.R. 2 Box 15 = RR2 Box 15 = RR 02 BOX 15 = Rural Route 2 Box 15
            = Rural Rte 2, Box 15 = RFD 2 Box 15 = R.F.D. 2 Box #15 = RD 2 Box 15 = Rt 2 Box 15
            = Route 2 Box 15 = RR 2 / Box 15
        RR 2 Box 15-A = RR 2 Box 15A
        HC 68 Box 23A = Highway Contract 68 Box 23A = HC 68 BOX 23-A = Highway Contract Route 68 Box 23A
            = Star Route 68 Box 23A
        1234 Elm Rd RR 3 @ Guelph, ON, N1H 6H9 = 1234 Elm Road @ Guelph, ON, N1H 6H9
        ",
    );
    differ(
        "
        RR 2 Box 15 ≠ RR 3 Box 15 ≠ RR 2 Box 16 ≠ HC 2 Box 15 ≠ PO Box 15
        RR 2 Box 15A ≠ RR 2 Box 15
        // Behind a house's number it is a road, and which one matters.
        123 County Rd 12 Box 15 ≠ 123 County Rd 20 Box 15
        ",
    );
}

#[test]
fn b32_a_numbered_road_is_one_however_it_is_called() {
    same(
        "
        12 US Highway 6 = 12 US Hwy 6 = 12 U.S. Highway 6 = 12 US 6 = 12 US-6
            = 12 United States Highway 6 = 12 US Route 6 = 12 US Rte 6 = 12 U S Hwy 6
        12 Interstate 80 = 12 I-80 = 12 I 80 = 12 I80 = 12 Interstate Hwy 80 = 12 IH 80
        12 State Route 9 = 12 SR 9 = 12 State Rte 9 = 12 State Road 9 = 12 State Highway 9 = 12 St Rd 9
            = 12 SH 9 = 12 SR-9
        12 Nebraska Highway 2 = 12 State Hwy 2 = 12 Nebraska Hwy 2 = 12 Nebraska State Highway 2
        12 KY 440 @ Corbin, KY, 40701 = 12 Kentucky Highway 440 @ Corbin, KY, 40701
            = 12 KY Hwy 440 @ , KY, 40701
        12 County Road 12 = 12 CR 12 = 12 Co Rd 12 = 12 Co. Road 12 = 12 Cnty Rd 12 = 12 C.R. 12
            = 12 CR12 = 12 County Hwy 12 = 12 County Road 012
        12 County Road AA = 12 CR AA = 12 County Hwy AA = 12 Cty Trunk AA
        12 County Road 12A = 12 County Road 12 A = 12 CR 12-A
        12 FM 123 = 12 F.M. 123 = 12 Farm to Market Road 123 = 12 Farm to Market 123 = 12 FM Rd 123
            = 12 FM-123
        12 Highway 6 = 12 Hwy 6 = 12 Hwy. 6 = 12 HWY6
        12 Route 9 = 12 Rte 9 = 12 Rt 9
        12 Township Road 5 = 12 Twp Rd 5
        12 Ranch Road 12 = 12 Ranch Rd 12
        12 Road 12 = 12 Rd 12
        12 N US Highway 6 = 12 North US Hwy 6
        12 US Highway 6 W = 12 US Hwy 6 West
        12 I-35W = 12 Interstate 35 W = 12 I 35 West
        12 Old Highway 6 = 12 Old Hwy 6
        12 US Highway 6 Bypass = 12 US Hwy 6 Byp
        12 County Line Rd = 12 County Line Road
        12 State St = 12 State Street
        ",
    );
    differ(
        "
        // Whose highway it is is not said, and it may be anybody's.
        12 US Highway 6 ≠ 12 Highway 6 ≠ 12 State Highway 6 ≠ 12 County Road 6 ≠ 12 I-6 ≠ 12 FM 6
            ≠ 12 Route 6 ≠ 12 6th St
        12 US Highway 6 ≠ 12 US Highway 60 ≠ 12 US Highway 6 W ≠ 12 US Highway 6 E ≠ 12 Old US Highway 6
        12 County Road 12 ≠ 12 County Road 12A ≠ 12 County Road AA ≠ 12 County Road A
        12 Road 12 ≠ 12 12th Rd
        // A state's highway, of another state.
        12 Iowa Highway 2 ≠ 12 State Highway 2
        12 NE Highway 2 ≠ 12 State Highway 2
        ",
    );
}

#[test]
fn b32_in_french_the_type_stands_before_the_name() {
    same(
        "
        1000 rue Sherbrooke O @ Montréal, QC, H3A 3R2
            = 1000 rue Sherbrooke Ouest @ Montreal, Québec, H3A3R2
            = 1000 Rue Sherbrooke O. @ , , H3A 3R2 = 1000 Sherbrooke St W @ Montreal, QC, H3A 3R2
            = 1000 Sherbrooke Street West @ Montreal, QC, H3A 3R2
        12 boul René-Lévesque E @ Québec, QC, G1R 2B3
            = 12 boulevard Rene Levesque Est @ Quebec, QC, G1R 2B3
            = 12 boul. René-Lévesque Est @ , , G1R2B3
        12 av du Parc @ , QC, H2V 4E6 = 12 avenue du Parc @ , QC, H2V 4E6
            = 12 Ave. du Parc @ , QC, H2V 4E6
        12 ch Queen-Mary @ , QC, H3V 1A2 = 12 chemin Queen Mary @ , QC, H3V 1A2
        12 rue St-Denis @ , QC, H2X 3J3 = 12 rue Saint-Denis @ , QC, H2X 3J3
            = 12 St-Denis St @ , QC, H2X 3J3
        12 rue Ste-Catherine N @ , QC, H2X 3J3 = 12 rue Sainte-Catherine Nord @ , QC, H2X 3J3
        12 2e Avenue @ , QC, H2X 3J3 = 12 2nd Ave @ , QC, H2X 3J3
        12 montée Masson @ , QC, J7K 3S9 = 12 Montee Masson @ , QC, J7K3S9
        12 rue de la Montagne app 4 @ , QC, H3G 1Z1 = 4-12 rue de la Montagne @ , QC, H3G 1Z1
            = 12 rue de la Montagne bureau 4 @ , QC, H3G 1Z1
        12 Avenue Rd @ Toronto, ON, M5R 2G3 = 12 Avenue Road @ Toronto, ON, M5R 2G3
        12 Rue Royale @ New Orleans, LA, 70116 = 12 rue Royale @ New Orleans, LA, 70116
        ",
    );
    differ(
        "
        12 rue Sherbrooke O @ , QC, H3A 3R2 ≠ 12 rue Sherbrooke E @ , QC, H3A 3R2
            ≠ 12 rue Sherbrooke @ , QC, H3A 3R2
        12 rue du Parc @ , QC, H2V 4E6 ≠ 12 av du Parc @ , QC, H2V 4E6 ≠ 12 boul du Parc @ , QC, H2V 4E6
            ≠ 12 ch du Parc @ , QC, H2V 4E6
        // Elsewhere an Est is an estate.
        12 Elm Est ≠ 12 Elm E
        12 Avenue Rd @ Toronto, ON, M5R 2G3 ≠ 12 Road Ave @ Toronto, ON, M5R 2G3
        ",
    );
}
